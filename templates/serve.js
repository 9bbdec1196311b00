"use strict";
// The pages of the service work without this script. With it, results and answers follow as one types, and numbers
// choose a class. Each way asks the same page as a click on the button would, and shows the same parts of it.
(() => {
  const PAUSE = 300; // milliseconds without a key after which one is taken to have stopped typing
  const parts = () => document.querySelectorAll("[data-part]");

  const live = (form) => {
    let timer, asked = new AbortController();
    const ask = async () => {
      const data = new FormData(form), get = form.method === "get";
      const url = get ? `${form.action}?${new URLSearchParams(data)}` : form.action;
      asked.abort();
      asked = new AbortController();
      for (const part of parts()) part.setAttribute("aria-busy", "true");
      try {
        const how = { signal: asked.signal, ...(get ? {} : { method: "POST", body: data }) };
        const answer = await fetch(url, how);
        if (!answer.ok) throw new Error(answer.statusText);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const part of parts()) part.replaceChildren(...(page.getElementById(part.id)?.childNodes ?? []));
        if (get) history.replaceState(null, "", url);
      } catch (error) {
        if (error.name === "AbortError") return; // a later one is under way
      }
      for (const part of parts()) part.removeAttribute("aria-busy");
    };
    form.addEventListener("input", (e) => {
      clearTimeout(timer);
      if (e.isComposing) return; // the letters of an unfinished Chinese word say nothing yet
      timer = setTimeout(ask, PAUSE);
    });
    form.addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); });
    form.addEventListener("submit", () => { clearTimeout(timer); asked.abort(); });
  };
  for (const form of document.querySelectorAll("form[data-live]")) live(form);

  // Numbers count only while a choice has the focus, so that they never get in the way of typing or of other tools.
  for (const choices of document.querySelectorAll("[data-keys]"))
    choices.addEventListener("keydown", (e) => {
      const chosen = choices.querySelectorAll("input[type=radio]")[Number(e.key) - 1];
      if (!chosen || e.ctrlKey || e.altKey || e.metaKey) return;
      e.preventDefault();
      chosen.checked = true;
      chosen.focus();
    });

  for (const note of document.querySelectorAll("[data-script]")) note.hidden = false;
  const search = document.querySelector("input[type=search][autofocus]");
  search?.setSelectionRange(search.value.length, search.value.length);
})();
