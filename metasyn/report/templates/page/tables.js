// Rows of a table of evidence: sort by a column, keep those that contain a word.
const SORTED = ["none", "ascending", "descending"];

function startTables() {
  for (const table of document.querySelectorAll("table[data-rows]")) {
    const rows = [...table.tBodies[0].rows];
    sortable(table, rows);
    if (rows.length > 4) filterable(table, rows);
  }
}

// A cell as something to compare: its first number where the column is one of numbers.
function sortKey(cell, numeric) {
  const text = cell.textContent.trim();
  if (!numeric) return text;
  const found = /\u2212?\d[\d\u2009\u202f]*(\.\d+)?/.exec(text);
  if (!found) return Infinity;
  return Number(found[0].replace(/[\u2009\u202f]/g, "").replace(MINUS, "-"));
}

function sortable(table, rows) {
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const numeric = head.classList.contains("right");
    const button = element("button", { type: "button", class: "sort" }, ...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const next = SORTED[(SORTED.indexOf(head.getAttribute("aria-sort") || "none") + 1) % 3];
      for (const other of heads) other.removeAttribute("aria-sort");
      let ordered = rows;
      if (next !== "none") {
        head.setAttribute("aria-sort", next);
        const sign = next === "ascending" ? 1 : -1;
        const keys = new Map(rows.map((row) => [row, sortKey(row.cells[column], numeric)]));
        const order = numeric ? (a, b) => (a < b ? -1 : a > b ? 1 : 0) : compare;
        ordered = [...rows].sort((a, b) => sign * order(keys.get(a), keys.get(b)));
      }
      table.tBodies[0].append(...ordered);
    });
  });
}

function filterable(table, rows) {
  const scroll = table.closest(".table-scroll");
  const id = `filter-${table.closest(".table").id}`;
  const input = element("input", { type: "search", id, autocomplete: "off", spellcheck: "false" });
  const count = element("span", { role: "status", class: "count" });
  const apply = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = [...row.cells].map((cell) => cell.textContent).join(" ").toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
  };
  input.addEventListener("input", apply);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && input.value) { input.value = ""; apply(); event.stopPropagation(); }
  });
  scroll.before(element("div", { class: "live filter" },
    element("label", { for: id }, "Show rows with "), input, count));
}
