// A card for a study of a forest plot: shown on hover or focus, kept by Enter, click or tap, closed by Escape.
function studyCards(one, svgs, change) {
  const { data } = one;
  const frame = svgs[0].closest(".figure-scroll");
  const holder = element("div", { class: "live card-holder" });
  const id = `card-${svgs[0].id}`;
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
    const body = element("div", { class: "card-body", role: "group", "aria-label": "Facts" }, list);
    body.addEventListener("scroll", () => edges(body));
    return [head, body, element("p", { class: "card-acts" }, ...switchButton(index), ...origin(study), close)];
  }

  // The fold that tells how the number was obtained.
  function origin(study) {
    const id = `how-${data.slug}-${study.key}`;
    if (!document.getElementById(id)) return [];
    return [element("a", { href: `#${id}`, on: { click: () => hide(false) } }, "How it was obtained")];
  }

  // A shade at the lower edge as long as there is more below.
  function edges(body) {
    const long = body.scrollHeight > body.clientHeight + 2;
    if (long) body.setAttribute("tabindex", "0"); else body.removeAttribute("tabindex");
    card.classList.toggle("cut", long && body.scrollTop + body.clientHeight < body.scrollHeight - 2);
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

  // Over neither the row nor the line with the result, away from the row as far as there is room.
  function place(row) {
    const outer = frame.getBoundingClientRect();
    card.style.left = `${Math.max(outer.left, 8)}px`;
    card.style.width = `${Math.min(outer.width, window.innerWidth - 16)}px`;
    card.style.maxHeight = "none";
    const wanted = Math.min(card.offsetHeight, window.innerHeight * 0.6);
    const enough = Math.min(wanted, 170);
    const status = one.panel && one.table ? [one.panel.status] : [];
    let gap = roomiest([row, ...status], wanted);
    if (gap.room < enough) gap = roomiest([row], wanted);
    const height = Math.min(wanted, gap.room);
    const below = gap.top >= row.getBoundingClientRect().bottom;
    card.style.maxHeight = `${height}px`;
    card.style.top = `${below ? gap.bottom - height : gap.top}px`;
    edges(card.querySelector(".card-body"));
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

  const groups = svgs.map((svg) => [...svg.querySelectorAll("g.row.study[data-index]")]);
  svgs.forEach((svg, n) => groups[n].forEach((row, i) => ready(row, i, groups[n], svg)));

  function ready(row, i, studies, svg) {
    const study = data.studies[Number(row.dataset.index)];
    const cells = ["estimate", "ci"].map((key) => row.querySelector(`.cell-${key}`)?.textContent || "");
    row.setAttribute("role", "button");
    row.setAttribute("tabindex", i ? "-1" : "0");
    row.setAttribute("aria-label", `${study.label}: ${cells.join(" ").trim()}. Where it comes from`);
    row.setAttribute("aria-expanded", "false");
    row.setAttribute("aria-controls", id);
    row.prepend(target(row, svg));
    row.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse" && !kept) soon(() => show(row, false), 150);
    });
    row.addEventListener("pointerleave", () => { if (!kept) soon(() => hide(false), 350); });
    row.addEventListener("click", () => { if (kept && current === row) hide(true); else show(row, true); });
    row.addEventListener("focus", () => { if (row.matches(":focus-visible") && current !== row) show(row, false); });
    row.addEventListener("keydown", (event) => onKey(event, i, studies));
  }

  function onKey(event, i, studies) {
    const steps = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: studies.length - 1 };
    const next = studies[steps[event.key]];
    if (event.key === "Enter" || event.key === " ") {
      show(studies[i], true);
      card.querySelector("a, button").focus();
    } else if (next) {
      studies.forEach((row) => row.setAttribute("tabindex", row === next ? "0" : "-1"));
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
    if (to && (card.contains(to) || groups.flat().includes(to))) return;
    if (to || !kept) hide(false);
  };
  card.addEventListener("focusout", left);
  // Not on the drawing itself: Chromium would make it a stop of the Tab key.
  frame.addEventListener("focusout", left);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(true); });
  document.addEventListener("pointerdown", (event) => {
    if (kept && !card.contains(event.target) && !svgs.some((svg) => svg.contains(event.target))) hide(false);
  });
  const again = () => { if (current) place(current); };
  window.addEventListener("scroll", again, { passive: true });
  window.addEventListener("resize", again);
}

// The lowest gap of the window between some things that is as high as wanted, else the highest.
function roomiest(things, wanted) {
  const margin = 8;
  const gaps = [];
  let edge = 0;
  const ends = things.map((one) => one.getBoundingClientRect()).sort((a, b) => a.top - b.top);
  for (const { top, bottom } of [...ends, { top: window.innerHeight, bottom: 0 }]) {
    const end = Math.min(top, window.innerHeight);
    gaps.push({ top: edge + margin, bottom: end - margin, room: end - edge - 2 * margin });
    edge = Math.max(edge, bottom);
  }
  return gaps.findLast((one) => one.room >= wanted) || gaps.reduce((a, b) => (b.room > a.room ? b : a));
}

// The whole line of a row can be pointed at, not only its letters.
function target(row, svg) {
  const box = row.getBBox();
  const width = svg.viewBox.baseVal.width;
  const more = svg.closest(".narrow") ? 5 : 1.5;
  return shape("rect", { class: "target", x: 1, width: width - 2, y: box.y - more, height: box.height + 2 * more, rx: 2 });
}
