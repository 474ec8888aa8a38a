
// The replay player: arrow keys, a slider, and going on by itself. Each step is a page of its own; only its middle is exchanged.
{
  const player = document.querySelector("[data-replay]");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const EVERY = 2500;
  // What stands around the player and leads on from where it is.
  const LINKS = ".bar [hreflang], .moment a, .foot a";
  const FORM = "#moment form";
  const numbers = new Intl.NumberFormat(document.documentElement.lang === "fa" ? "fa-IR-u-nu-arabext" : "en", { useGrouping: false });
  let timer = null;
  let busy = false;
  // Where somebody wants to be who has asked for more than one step meanwhile.
  let wish = null;
  // Where it is going just now.
  let bound = null;

  const way = (name) => player.querySelector(`[data-way="${name}"]`);

  // What has the focus, to give it back when the player's middle is another.
  const HELD = ["[data-way]", "[data-play]", "[data-to]"];
  function focused() {
    const held = player.contains(document.activeElement) ? document.activeElement : null;
    if (held?.dataset.way) return () => way(held.dataset.way) ?? way(held.dataset.way === "next" ? "previous" : "next");
    const selector = held && HELD.find((selector) => held.matches(selector));
    return () => selector && player.querySelector(selector);
  }

  function around(fresh) {
    const [links, theirs] = [document, fresh].map((page) => [...page.querySelectorAll(LINKS)]);
    links.forEach((link, at) => { if (theirs[at]) link.href = theirs[at].getAttribute("href"); });
    const [form, other] = [document, fresh].map((page) => page.querySelector(FORM));
    form?.querySelectorAll("input[type=hidden]").forEach((field) => field.remove());
    form?.prepend(...(other?.querySelectorAll("input[type=hidden]") ?? []));
    const [from, to] = [fresh, document].map((page) => page.getElementById("replay-position"));
    if (from && to && to.value === to.defaultValue) to.value = to.defaultValue = from.value;
  }

  async function go(address) {
    if (busy && address === bound && !wish) return;
    wish = address;
    if (busy) return;
    busy = true;
    try {
      while (wish) {
        const at = bound = wish;
        wish = null;
        const answer = await fetch(at, { headers: { accept: "text/html", "x-seen": "" } });
        if (wish) continue;
        const fresh = answer.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
        const middle = fresh?.querySelector("[data-replay]");
        if (!middle) { location.href = at; return; }
        if (wish) continue;
        const held = focused();
        player.replaceChildren(...middle.childNodes);
        around(fresh);
        history.replaceState(null, "", at);
        ready();
        held()?.focus();
      }
    } finally {
      busy = false;
      wish = null;
    }
  }

  function pause() {
    clearInterval(timer);
    timer = null;
    ready();
  }

  async function on() {
    const next = way("next");
    if (next) await go(next.href).catch(pause); else pause();
  }

  function ready() {
    const button = player.querySelector("[data-play]");
    const slider = player.querySelector("[data-to]");
    player.querySelectorAll(".slider, .keys").forEach((part) => { part.hidden = false; });
    if (button) {
      // Who wants no motion steps by hand.
      button.hidden = still.matches;
      button.dataset.label ??= button.textContent;
      button.textContent = timer ? button.dataset.pause : button.dataset.label;
      button.setAttribute("aria-pressed", String(timer !== null));
      button.onclick = () => {
        if (timer) { pause(); return; }
        timer = setInterval(on, EVERY);
        on();
      };
    }
    if (slider) {
      const tell = () => slider.setAttribute("aria-valuetext", numbers.format(slider.value));
      tell();
      slider.oninput = tell;
      slider.onchange = () => go(slider.dataset.to.replace("POSITION", slider.value)).catch(() => {});
    }
  }

  if (player) {
    ready();
    still.addEventListener("change", () => { if (still.matches && timer) pause(); else ready(); });
    addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input, select, textarea")) return;
      const onwards = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
      const back = onwards === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
      const link = event.key === onwards ? way("next") : event.key === back ? way("previous") : null;
      if (!link) return;
      event.preventDefault();
      go(link.href).catch(() => {});
    });
  }
}
