// What pages about the programme do besides being read: they follow the ledger, and slide to another moment.

const apart = document.getElementById("announced");
const moment = document.getElementById("moment");

// Whether somebody is in it just now, or has left something typed there.
function isUsed(part) {
  if (part.contains(document.activeElement)) return true;
  return [...part.querySelectorAll("input, select, textarea")].some((field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.options) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
    return field.type !== "hidden" && field.value !== field.defaultValue;
  });
}

// Says in place of "live" that nothing is heard any more, or takes that back.
function hears(heard) {
  const [followed, lost] = ["followed", "lost"].map((name) => document.querySelector(`#moment [data-${name}]`));
  if (!followed || !lost || lost.hidden === heard) return;
  followed.hidden = !heard;
  lost.hidden = heard;
  if (apart && !heard) apart.textContent = lost.textContent;
}

// Whatever has data-live and an id takes the place of what was there, unless somebody is in it.
async function renew() {
  const seen = document.querySelector("[data-seen]")?.dataset.seen;
  const answer = await fetch(location.href, { headers: { accept: "text/html", "x-seen": seen ?? "" } });
  // Signed out meanwhile, or no longer let in.
  if (answer.redirected || answer.status === 401 || answer.status === 403) hears(false);
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  // Looked up before its element moves over.
  const [said, position] = [fresh.querySelector("#moment-shown")?.textContent, fresh.getElementById("moment")?.dataset.position];
  const last = fresh.getElementById("moment-slider")?.max;
  for (const now of fresh.querySelectorAll("[data-live][id]")) {
    const before = document.getElementById(now.id);
    if (!before || isUsed(before) || before.innerHTML === now.innerHTML) continue;
    const open = [...before.querySelectorAll("details")].map((details) => details.open);
    before.replaceWith(now);
    now.querySelectorAll("details").forEach((details, at) => { details.open = open[at] ?? details.open; });
    prepare(now);
  }
  if (position) moment.dataset.position = position;
  const slider = document.getElementById("moment-slider");
  if (slider && last) slider.max = last;
  if (apart && said) apart.textContent = said;
}

function follow() {
  if (!document.querySelector("#moment-shown[data-live]") || !("EventSource" in window)) return;
  const PATIENCE = 15_000;
  let source, waiting = null, moved = false, looking = false;
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
  const heard = () => { clearTimeout(waiting); waiting = null; hears(true); };
  // A browser opens six connections to a server and no more: a page that nobody looks at gives its own back.
  const listen = () => {
    source?.close();
    clearTimeout(waiting);
    waiting = null;
    if (document.hidden) return;
    const here = source = new EventSource(`/live?after=${moment.dataset.position ?? ""}`);
    here.addEventListener("open", heard);
    here.addEventListener("position", look);
    here.addEventListener("error", () => {
      // A browser tries again by itself, and gives up for good where it is refused.
      if (here.readyState === EventSource.CLOSED) hears(false);
      else waiting ??= setTimeout(() => hears(false), PATIENCE);
    });
  };
  document.addEventListener("visibilitychange", listen);
  listen();
}

const numbers = new Intl.NumberFormat(document.documentElement.lang === "fa" ? "fa-IR-u-nu-arabext" : "en", { useGrouping: false });

// The slider writes into the field beside it, and says where it is. The form is sent when a drag ends or by Enter: whoever goes on by
// arrow keys passes many moments.
function prepare(within) {
  for (const slider of within.querySelectorAll("[data-slider]")) {
    const field = within.querySelector(`#${slider.dataset.slider}`);
    const shown = within.querySelector(`output[for="${slider.id}"]`);
    let dragged = false, asked = null;
    const tell = (day) => {
      const text = numbers.format(slider.value);
      slider.setAttribute("aria-valuetext", day ? `${text} · ${day}` : text);
      if (shown) shown.textContent = slider.getAttribute("aria-valuetext");
    };
    const lookUp = async () => {
      const at = slider.value;
      const answer = await fetch(`${slider.dataset.days}?position=${at}`);
      if (answer.ok && at === slider.value) tell(await answer.text());
    };
    slider.parentElement.hidden = false;
    tell();
    slider.addEventListener("pointerdown", () => { dragged = true; });
    slider.addEventListener("keydown", (event) => {
      dragged = false;
      if (event.key === "Enter") { event.preventDefault(); field.form.requestSubmit(); }
    });
    slider.addEventListener("input", () => {
      field.value = numbers.format(slider.value);
      tell();
      clearTimeout(asked);
      if (slider.dataset.days) asked = setTimeout(() => lookUp().catch(() => {}), 150);
    });
    slider.addEventListener("change", () => { if (dragged) field.form.requestSubmit(); });
  }
}

prepare(document);
follow();
