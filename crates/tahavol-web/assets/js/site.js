// What pages about the programme do besides being read: they follow the ledger, and slide to another moment.

const apart = document.getElementById("announced");

// Whatever has data-live and an id takes the place of what was there, unless somebody is in it just now.
async function renew() {
  const seen = document.querySelector("[data-seen]")?.dataset.seen;
  const answer = await fetch(location.href, { headers: { accept: "text/html", "x-seen": seen ?? "" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  // Looked up before its element moves over.
  const said = fresh.querySelector("#moment p")?.textContent;
  for (const now of fresh.querySelectorAll("[data-live][id]")) {
    const before = document.getElementById(now.id);
    if (!before || before.contains(document.activeElement) || before.innerHTML === now.innerHTML) continue;
    const open = [...before.querySelectorAll("details")].map((details) => details.open);
    before.replaceWith(now);
    now.querySelectorAll("details").forEach((details, at) => { details.open = open[at] ?? details.open; });
    prepare(now);
  }
  if (apart && said) apart.textContent = said;
}

function follow() {
  if (!document.querySelector("#moment[data-live]") || !("EventSource" in window)) return;
  let source, moved = false, looking = false;
  const look = async () => {
    moved = true;
    if (looking) return;
    looking = true;
    while (moved) {
      // Many things that happen at once are looked at once, and an answer that takes long is waited for.
      await new Promise((done) => setTimeout(done, 400));
      moved = false;
      await renew().catch(() => {});
    }
    looking = false;
  };
  // A browser opens six connections to a server and no more: a page that nobody looks at gives its own back.
  const listen = () => {
    source?.close();
    if (document.hidden) return;
    source = new EventSource(`/live?after=${document.querySelector("#moment")?.dataset.position ?? ""}`);
    source.addEventListener("position", look);
  };
  document.addEventListener("visibilitychange", listen);
  listen();
}

// The slider writes into the field beside it and sends the form when it is let go.
function prepare(within) {
  for (const slider of within.querySelectorAll("[data-slider]")) {
    const field = within.querySelector(`#${slider.dataset.slider}`);
    slider.parentElement.hidden = false;
    slider.addEventListener("input", () => { field.value = slider.value; });
    slider.addEventListener("change", () => field.form.requestSubmit());
  }
}

prepare(document);
follow();
