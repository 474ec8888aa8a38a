// What a form shows before it is sent: its consequence while one types, and one row more where one is asked for. The server answers both as
// it does without this; what was typed goes there without its files, and only the part that it is about is exchanged.
{
  const form = document.querySelector("form.act");
  const PAUSE = 400;
  let pause = null;
  let asking = null;

  async function ask(name, value, signal) {
    const typed = new FormData(form);
    for (const [field, entry] of [...typed]) if (entry instanceof File) typed.delete(field);
    typed.append(name, value);
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: typed, headers: { accept: "text/html" }, signal });
    return answer.redirected ? null : new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  // An answer that comes too late is not waited for.
  async function show() {
    asking?.abort();
    asking = new AbortController();
    const fresh = (await ask("preview", "typing", asking.signal))?.getElementById("preview");
    const shown = document.getElementById("preview");
    if (!fresh || shown.innerHTML === fresh.innerHTML) return;
    // Who reads in it just now is not disturbed.
    if (shown.contains(document.activeElement)) { shown.addEventListener("focusout", later, { once: true }); return; }
    const open = shown.querySelector("details")?.open;
    shown.replaceChildren(...fresh.childNodes);
    if (open) shown.querySelector("details")?.setAttribute("open", "");
    const told = [...shown.querySelectorAll("[data-told]")].map((part) => part.textContent).join(" ");
    document.getElementById("preview-told").textContent = told;
  }

  function later() {
    clearTimeout(pause);
    pause = setTimeout(() => show().catch(() => {}), PAUSE);
  }

  async function add(button) {
    const page = await ask(button.name, button.value).catch(() => null);
    const [rows, fresh] = [document, page].map((where) => where?.getElementById(button.value));
    if (!fresh) { form.removeEventListener("submit", submit); form.requestSubmit(button); return; }
    rows.replaceWith(fresh);
    fresh.querySelector("[autofocus]")?.focus();
  }

  function submit(event) {
    if (event.submitter?.name === "add") { event.preventDefault(); add(event.submitter); return; }
    // What is sent is not rehearsed any more.
    clearTimeout(pause);
    asking?.abort();
  }

  form.addEventListener("submit", submit);
  if ("renews" in form.dataset) {
    form.addEventListener("input", (event) => { if (event.target.type !== "file") later(); });
  }
}
