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
  const moment = document.querySelector("#moment[data-live]");
  if (!moment || !("EventSource" in window)) return;
  const source = new EventSource(`/live?after=${moment.dataset.position ?? ""}`);
  let waiting = false;
  source.addEventListener("position", () => {
    if (waiting) return;
    waiting = true;
    // Many things that happen at once are looked at once.
    setTimeout(async () => { waiting = false; await renew().catch(() => {}); }, 400);
  });
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
