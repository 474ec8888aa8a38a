
// The replay player: arrow keys, a slider, and going on by itself. Each step is a page of its own; only its middle is exchanged.
{
  const player = document.querySelector("[data-replay]");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const EVERY = 2500;
  let timer = null;
  let busy = false;

  const way = (name) => player.querySelector(`[data-way="${name}"]`);

  async function go(address) {
    if (busy) return;
    busy = true;
    try {
      const answer = await fetch(address, { headers: { accept: "text/html", "x-seen": "" } });
      if (!answer.ok || answer.redirected) { location.href = address; return; }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-replay]");
      if (!fresh) { location.href = address; return; }
      const held = document.activeElement?.dataset?.way ?? (document.activeElement?.matches?.("[data-play]") ? "play" : null);
      player.replaceChildren(...fresh.childNodes);
      history.replaceState(null, "", address);
      ready();
      if (held) (held === "play" ? player.querySelector("[data-play]") : way(held))?.focus();
    } finally {
      busy = false;
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
    if (slider) slider.onchange = () => go(slider.dataset.to.replace("POSITION", slider.value)).catch(() => {});
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
