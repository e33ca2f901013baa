// Sorts a table by the column whose head is pressed. The page is whole without it; nothing is loaded or sent.
(() => {
  const words = document.currentScript.dataset;
  const order = new Intl.Collator("ko", { numeric: true });
  const units = { 일: 86400, 시간: 3600, 분: 60, 초: 1 };
  const said = Object.assign(document.createElement("p"), { className: "skip" });
  said.setAttribute("role", "status");
  document.querySelector("main").append(said);

  // The number that a cell shows: its mark, "1시간 2분 3초" in seconds, or the first number; none: null, sorted last.
  const numberOf = (cell) => {
    const text = (cell?.querySelector("[data-value]")?.dataset.value ?? cell?.textContent ?? "").trim().replace("−", "-");
    const times = [...text.matchAll(/([\d.,]+)\s*(일|시간|분|초)(?![가-힣])/g)];
    if (times.length) return times.reduce((sum, [, n, unit]) => sum + Number(n.replaceAll(",", "")) * units[unit], 0);
    const found = text.match(/^[^\d-]{0,3}(-?[\d,]+(?:\.\d+)?)(?!.*미만)/);
    return found ? Number(found[1].replaceAll(",", "")) : null;
  };
  const sort = (table, head, place) => {
    const isUp = head.getAttribute("aria-sort") !== "ascending";
    const sign = isUp ? 1 : -1;
    const body = table.tBodies[0];
    const compare = head.classList.contains("n")
      ? (a, b) => {
          const [x, y] = [numberOf(a.cells[place]), numberOf(b.cells[place])];
          return x === null || y === null ? (x === null) - (y === null) : sign * (x - y);
        }
      : (a, b) => sign * order.compare(a.cells[place].textContent.trim(), b.cells[place].textContent.trim());
    body.append(...[...body.rows].sort(compare));
    table.querySelectorAll("[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", isUp ? "ascending" : "descending");
    said.textContent = `${head.textContent.trim()}: ${isUp ? words.up : words.down}`;
  };
  for (const table of document.querySelectorAll("table")) {
    const rows = [...(table.tBodies[0]?.rows ?? [])];
    const isPlain = table.tHead?.rows.length === 1 && rows.every((row) => row.cells.length === table.tHead.rows[0].cells.length);
    if (table.tBodies.length !== 1 || rows.length < 3 || !isPlain || table.querySelector("[rowspan], [colspan]")) continue;
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      if (head.localName !== "th" || !head.textContent.trim()) return;
      const button = Object.assign(document.createElement("button"), { type: "button", className: "sort" });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(table, head, place));
    });
  }
})();
