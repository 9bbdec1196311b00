"use strict";
// Without this script the page is a list to read. With it people decide here, and download their decisions as the
// table that `prodcls review --import` reads.
(() => {
  const main = document.getElementById("main"), who = document.getElementById("who");
  const told = document.getElementById("told"), given = document.getElementById("given");
  const items = [...document.querySelectorAll(".item")];
  // A field shows a class without its line breaks: by what it shows the class itself is found again.
  const shown = (name) => name.replace(/[\r\n]/g, "").trim();
  const offered = [...document.querySelectorAll("#classes option")].map((o) => o.value);
  const pressed = [...document.querySelectorAll("[data-class]")].map((b) => b.dataset.class);
  const classes = new Map([...pressed, ...offered].map((name) => [shown(name), name]));
  const when = new Map(), reasons = new Set();
  let unsaved = false;
  const field = (item, name) => item.querySelector(`[name=${name}]`);
  const value = (item, name) => {
    const text = field(item, name).value.trim();
    return name === "decision" ? classes.get(text) ?? text : text;
  };
  const decided = () => items.filter((item) => value(item, "decision"));
  const lacking = () => decided().filter((item) => !value(item, "reason"));

  const status = () => {
    const counts = { "#d": decided().length, "#n": items.length, "#m": lacking().length };
    told.textContent = main.dataset.status.replace(/#[dnm]/g, (mark) => counts[mark]);
  };
  const fault = (item, text) => {
    const line = item.querySelector(".fault");
    line.textContent = text;
    line.hidden = !text;
  };
  const changed = (item) => {
    const decision = value(item, "decision");
    for (const b of item.querySelectorAll("[data-class]")) b.setAttribute("aria-pressed", b.dataset.class === decision);
    item.classList.toggle("done", Boolean(decision && value(item, "reason")));
    when.set(item, `${new Date().toISOString().slice(0, 19)}Z`);
    unsaved = decided().length > 0;
    const unknown = decision && offered.length && !classes.has(shown(decision));
    fault(item, unknown ? main.dataset.unknown : "");
    status();
  };
  for (const item of items) {
    for (const button of item.querySelectorAll("[data-class]"))
      button.addEventListener("click", () => {
        const input = field(item, "decision");
        input.value = value(item, "decision") === button.dataset.class ? "" : button.dataset.class;
        changed(item);
      });
    for (const name of ["decision", "reason"]) field(item, name).addEventListener("input", () => changed(item));
    field(item, "reason").addEventListener("change", (e) => {
      const text = e.target.value.trim();
      if (!text || reasons.has(text)) return;
      reasons.add(text);
      given.append(Object.assign(document.createElement("option"), { value: text }));
    });
  }

  // One apostrophe in front of whatever does not begin with a letter: no spreadsheet runs or rewrites it, and the
  // import takes it off again.
  const cell = (text) => `"${(/^\p{L}/u.test(text) ? text : `'${text}`).replaceAll('"', '""')}"`;
  const line = (item) => {
    const mine = [value(item, "decision"), who.value.trim(), when.get(item), value(item, "reason")];
    return `${item.dataset.line},${mine.map(cell).join(",")}`;
  };
  const stop = (element, text) => {
    document.getElementById("f-0").checked = true;
    element.focus();
    told.textContent = text;
  };
  document.getElementById("download").addEventListener("click", () => {
    const [open] = lacking();
    if (!who.value.trim()) return stop(who, main.dataset.who);
    if (open) return stop(field(open, "reason"), main.dataset.lacking);
    const text = ["\ufeff", main.dataset.head, ...decided().map((item) => `\r\n${line(item)}`), "\r\n"];
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(text, { type: "text/csv" }));
    link.download = main.dataset.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    unsaved = false;
    told.textContent = main.dataset.saved.replace("#d", decided().length);
  });
  addEventListener("beforeunload", (e) => { if (unsaved) e.preventDefault(); });

  for (const e of document.querySelectorAll("[data-live]")) e.hidden = false;
  for (const e of document.querySelectorAll("[data-still]")) e.hidden = true;
  for (const item of items) for (const name of ["decision", "reason"]) field(item, name).value = "";
  status();
})();
