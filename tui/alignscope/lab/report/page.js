// Draws the rows that are in view of a filter, a hundred at a time. Texts are only ever set as text.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { columns, arms, rows } = data;
  const at = Object.fromEntries(columns.map((name, place) => [name, place]));
  const STEP = 100;
  const body = document.querySelector("#rows tbody");
  const find = document.getElementById("find");
  const arm = document.getElementById("arm");
  const end = document.getElementById("end");
  const count = document.getElementById("count");
  const more = document.getElementById("more");
  let sort = null;
  let down = false;
  let found = rows;
  let drawn = 0;
  let lower = null;

  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };

  const option = (select, value, text) => {
    const made = element("option", text);
    made.value = value;
    select.append(made);
  };

  const draw = () => {
    const part = document.createDocumentFragment();
    for (const row of found.slice(drawn, drawn + STEP)) {
      const line = element("tr", undefined, "row");
      line.tabIndex = 0;
      line.setAttribute("aria-expanded", "false");
      for (const [place, value] of row.entries()) {
        if (place >= data.shown) break;
        const cell = element("td");
        if (place === at.model) {
          cell.append(element("span", `${arms[value].mark} ${arms[value].label}`, `mark ${arms[value].tone}`));
        } else {
          cell.append(element("span", value === null ? "" : String(value), "cut"));
        }
        line.append(cell);
      }
      line.data = row;
      part.append(line);
    }
    drawn = Math.min(found.length, drawn + STEP);
    body.append(part);
    more.hidden = drawn >= found.length;
    more.textContent = `${(found.length - drawn).toLocaleString("en")} more`;
    count.textContent = `${found.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")}`;
  };

  const again = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length && !lower) {
      lower = new Map(rows.map((row) => [row, data.searched.map((name) => row[at[name]]).join("\n").toLowerCase()]));
    }
    found = rows.filter(
      (row) =>
        (arm.value === "" || row[at.model] === Number(arm.value)) &&
        (end.value === "" || row[at.end] === end.value) &&
        words.every((word) => lower.get(row).includes(word)),
    );
    if (sort !== null) {
      const order = (one, other) => {
        const [a, b] = [one[sort], other[sort]];
        if (a === b) return 0;
        if (a === null || b === null) return a === null ? 1 : -1;
        return (typeof a === "number" ? a - b : a < b ? -1 : 1) * (down ? -1 : 1);
      };
      found = [...found].sort(order);
    }
    drawn = 0;
    body.replaceChildren();
    draw();
  };

  const open = (line) => {
    const next = line.nextElementSibling;
    if (next && next.classList.contains("opened")) {
      next.remove();
      line.setAttribute("aria-expanded", "false");
      return;
    }
    const row = line.data;
    const made = element("tr", undefined, "opened");
    const cell = element("td", undefined, "full");
    cell.colSpan = data.shown;
    const tone = arms[row[at.model]].tone;
    for (const [name, heading] of data.texts) {
      if (!row[at[name]]) continue;
      cell.append(element("div", heading, "facts"));
      const block = element("div", undefined, name === "prompt" ? "reply" : `reply ${tone}`);
      block.append(element("pre", row[at[name]], name === "error" ? "error" : ""));
      cell.append(block);
    }
    made.append(cell);
    line.after(made);
    line.setAttribute("aria-expanded", "true");
  };

  arms.forEach((each, place) => option(arm, String(place), each.label));
  [...new Set(rows.map((row) => row[at.end]))].sort().forEach((each) => option(end, each, each));
  for (const button of document.querySelectorAll("#rows th button")) {
    button.addEventListener("click", () => {
      const place = Number(button.dataset.column);
      down = sort === place && !down;
      sort = place;
      for (const head of document.querySelectorAll("#rows th")) head.removeAttribute("aria-sort");
      button.closest("th").setAttribute("aria-sort", down ? "descending" : "ascending");
      again();
    });
  }
  let soon = 0;
  find.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(again, 120);
  });
  arm.addEventListener("change", again);
  end.addEventListener("change", again);
  more.addEventListener("click", draw);
  body.addEventListener("click", (event) => {
    const line = event.target.closest("tr.row");
    if (line && !String(getSelection())) open(line);
  });
  body.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("tr.row")) open(event.target);
  });
  const unfold = () => {
    const named = document.getElementById(location.hash.slice(1));
    if (named instanceof HTMLDetailsElement) named.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();
  document.getElementById("scripted").hidden = false;
  again();
})();
