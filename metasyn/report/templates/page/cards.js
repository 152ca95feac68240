// A card for a study of a forest plot: shown on hover or focus, kept by Enter, click or tap, closed by Escape.
function studyCards(one, figure, change) {
  const { data } = one;
  const frame = figure.svg.closest(".figure-scroll");
  const holder = element("div", { class: "live card-holder" });
  const id = `card-${figure.svg.id}`;
  const card = element("div", { class: "card", id, role: "group", "aria-label": "About the study", hidden: true });
  holder.append(card);
  frame.after(holder);
  let current = null;
  let kept = false;
  let timer = 0;

  function facts(index) {
    const study = data.studies[index];
    const list = element("dl", {}, ...study.facts.flatMap(([term, text]) => [
      element("dt", {}, term), element("dd", { dir: "auto" }, ...(term === "Source" ? withSourceLinks(text) : [text])),
    ]));
    const head = element("p", { class: "card-name", dir: "auto" }, study.label);
    const close = element("button", { type: "button", class: "plain", on: { click: () => hide(true) } }, "Close");
    return [head, list, element("p", { class: "card-acts" }, ...switchButton(index), close)];
  }

  function switchButton(index) {
    const { panel } = data;
    if (!panel || !panel.table) return [];
    const off = one.state.off.has(index);
    if (!off && one.state.off.size >= mostOff(panel)) return [];
    const act = () => { change(one, (state) => toggle(state, index, !off)); show(current, true); };
    return [element("button", { type: "button", class: "plain", on: { click: act } },
      off ? "Put it back" : "Leave this one out")];
  }

  function show(row, keep) {
    window.clearTimeout(timer);
    if (current && current !== row) current.setAttribute("aria-expanded", "false");
    current = row;
    kept = keep;
    card.replaceChildren(...facts(Number(row.dataset.index)));
    card.hidden = false;
    row.setAttribute("aria-expanded", "true");
    place(row);
  }

  // At the edge of the window that is farther from the row, so that the rows around it stay free.
  function place(row) {
    const outer = frame.getBoundingClientRect();
    const inner = row.getBoundingClientRect();
    card.style.left = `${Math.max(outer.left, 8)}px`;
    card.style.width = `${Math.min(outer.width, window.innerWidth - 16)}px`;
    card.classList.toggle("above", (inner.top + inner.bottom) / 2 > window.innerHeight / 2);
  }

  function hide(refocus) {
    window.clearTimeout(timer);
    if (!current) return;
    current.setAttribute("aria-expanded", "false");
    if (refocus && (card.contains(document.activeElement) || kept)) current.focus({ preventScroll: true });
    current = null;
    kept = false;
    card.hidden = true;
  }

  function soon(act, wait) { window.clearTimeout(timer); timer = window.setTimeout(act, wait); }

  figure.studies.forEach((row, i) => {
    const study = data.studies[Number(row.dataset.index)];
    const cells = ["estimate", "ci"].map((key) => row.querySelector(`.cell-${key}`)?.textContent || "");
    row.setAttribute("role", "button");
    row.setAttribute("tabindex", i ? "-1" : "0");
    row.setAttribute("aria-label", `${study.label}: ${cells.join(" ").trim()}. Where it comes from`);
    row.setAttribute("aria-expanded", "false");
    row.setAttribute("aria-controls", id);
    row.prepend(target(row, figure.svg));
    row.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse" && !kept) soon(() => show(row, false), 150);
    });
    row.addEventListener("pointerleave", () => { if (!kept) soon(() => hide(false), 350); });
    row.addEventListener("click", () => { if (kept && current === row) hide(true); else show(row, true); });
    row.addEventListener("focus", () => { if (row.matches(":focus-visible") && current !== row) show(row, false); });
    row.addEventListener("keydown", (event) => onKey(event, i));
  });

  function onKey(event, i) {
    const steps = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: figure.studies.length - 1 };
    const next = figure.studies[steps[event.key]];
    if (event.key === "Enter" || event.key === " ") {
      show(figure.studies[i], true);
      card.querySelector("a, button").focus();
    } else if (next) {
      figure.studies.forEach((row) => row.setAttribute("tabindex", row === next ? "0" : "-1"));
      next.focus();
    } else {
      return;
    }
    event.preventDefault();
  }

  card.addEventListener("pointerenter", () => window.clearTimeout(timer));
  card.addEventListener("pointerleave", () => { if (!kept) soon(() => hide(false), 350); });
  const left = (event) => {
    const to = event.relatedTarget;
    if (to && (card.contains(to) || figure.studies.includes(to))) return;
    if (to || !kept) hide(false);
  };
  card.addEventListener("focusout", left);
  // Not on the drawing itself: Chromium would make it a stop of the Tab key.
  frame.addEventListener("focusout", left);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(true); });
  document.addEventListener("pointerdown", (event) => {
    if (kept && !card.contains(event.target) && !figure.svg.contains(event.target)) hide(false);
  });
}

// The whole line of a row can be pointed at, not only its letters.
function target(row, svg) {
  const box = row.getBBox();
  const width = svg.viewBox.baseVal.width;
  return shape("rect", { class: "target", x: 4, width: width - 8, y: box.y - 1.5, height: box.height + 3, rx: 2 });
}
