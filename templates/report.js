"use strict";
// The page reads completely without this script. It marks the section in view in the table of contents, sorts
// tables by a click on a head, and searches the index of products.
(() => {
  const links = new Map([...document.querySelectorAll(".toc a")].map((a) => [a.hash.slice(1), a]));
  const seen = new Set();
  const mark = () => {
    let done = false;
    for (const [id, link] of links) {
      const here = !done && seen.has(id);
      done = done || here;
      if (here) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  const watch = new IntersectionObserver((entries) => {
    for (const e of entries) e.isIntersecting ? seen.add(e.target.id) : seen.delete(e.target.id);
    mark();
  }, { rootMargin: "-15% 0px -60% 0px" });
  for (const id of links.keys()) watch.observe(document.getElementById(id));

  const key = (row, i) => {
    const text = row.cells[i].textContent;
    const number = parseFloat(text.replace(/,/g, "").replace("\u2212", "-"));
    return row.cells[i].classList.contains("n") ? (Number.isNaN(number) ? -Infinity : number) : text;
  };
  const sort = (table, i, head) => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [key(row, i), row]);
    rows.sort(([a], [b]) => (typeof a === "number" ? a - b : a.localeCompare(b)) * (up ? 1 : -1));
    body.append(...rows.map(([, row]) => row));
    for (const th of table.tHead.rows[0].cells) th.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
  };
  for (const table of document.querySelectorAll("table.index")) {
    const label = document.createElement("label"), input = document.createElement("input");
    const told = document.createElement("output"), rows = [...table.tBodies[0].rows];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    input.type = "search";
    label.className = "search";
    label.append(table.dataset.search, input, told);
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const left = rows.filter((row, i) => !(row.hidden = !words.every((word) => texts[i].includes(word))));
      told.textContent = words.length ? table.dataset.shown.replace("#", left.length) : "";
    });
    table.closest(".scroll").before(label);
  }
  for (const table of document.querySelectorAll("figure table, table.index")) {
    if (table.tBodies[0].rows.length < 6) continue;
    [...table.tHead.rows[0].cells].forEach((head, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "\u2195";
      button.setAttribute("aria-label", `\u2195 ${head.textContent}`);
      button.addEventListener("click", () => sort(table, i, head));
      head.append(" ", button);
    });
  }
})();
