// A forest plot whose overall row follows the state; everything else stays as it was drawn.
const HALF = 5;      // half the height of a diamond
const DROP = 3.25;   // from the middle of a row to the baseline of its text
const LETTERS_SIZE = 9;  // both where letters have this size

// A figure and its narrow twin: one is seen, the other keeps its measures and follows.
function drawings(stem) {
  return [...document.querySelectorAll(`#figure-${CSS.escape(stem)} svg`)];
}

function liveFigure(svg, place, data) {
  const row = (number) => (number === null ? null : svg.querySelector(`g.row[data-row="${number}"]`));
  const overall = row(place.overall);
  if (!overall) return null;
  const notes = { heterogeneity: row(place.heterogeneity), prediction: row(place.prediction) };
  const own = new Set([notes.heterogeneity, notes.prediction]);
  const others = [...svg.querySelectorAll("g.row.summary, g.row.note")].filter((one) => !own.has(one));
  const studies = [...svg.querySelectorAll("g.row.study")];
  const pooled = document.getElementById(`${svg.id}-pooled`);
  const desc = svg.querySelector("desc");
  const keep = [...svg.querySelectorAll("text, desc")].map((one) => [one, one.textContent]);
  const labels = labelLines(overall);
  const marks = [...overall.querySelectorAll("line, polygon")];
  const added = [];
  const axis = axisOf(svg);
  const unit = Number(labels[0].getAttribute("font-size")) / LETTERS_SIZE;
  const narrow = svg.closest(".narrow") !== null;
  let room = null;

  function restore() {
    for (const [one, text] of keep) if (one.textContent !== text) one.textContent = text;
    for (const one of added.splice(0)) one.remove();
    for (const one of marks) overall.append(one);
    for (const one of [...others, ...studies]) one.classList.remove("stale", "off");
    for (const one of [...svg.querySelectorAll("[data-size]")]) one.setAttribute("font-size", one.dataset.size);
    if (pooled) pooled.removeAttribute("visibility");
    if (pooled && pooled.dataset.x) for (const end of ["x1", "x2"]) pooled.setAttribute(end, pooled.dataset.x);
    svg.classList.remove("changed");
  }

  function show(view, state) {
    restore();
    if (isDefault(state)) return;
    svg.classList.add("changed");
    desc.textContent = view.sentence;
    for (const one of studies) one.classList.toggle("off", state.off.has(Number(one.dataset.index)));
    for (const one of others) one.classList.add("stale");
    for (const one of svg.querySelectorAll(".cell-weight")) one.textContent = "\u2013";
    writeLabel(labels, view.row, (room ??= labelRoom(svg, labels[0])));
    for (const [key, text] of Object.entries(view.cells)) writeCell(overall, key, text, studies, added);
    crowded(overall);
    for (const key of ["1", "2"]) totals(overall, key, data.studies, state.off);
    for (const [name, note] of Object.entries(notes)) {
      const lines = note ? [...note.querySelectorAll("text")] : [];
      if (narrow && lines.length) writeLabel(lines, view.notes[name], svg.viewBox.baseVal.width - 2 * lines[0].getAttribute("x"));
      else lines.forEach((line, i) => { line.textContent = i ? "" : view.notes[name]; });
    }
    for (const one of marks) one.remove();
    drawOverall(view.found);
  }

  function drawOverall(found) {
    const y = Number(labels[0].getAttribute("y")) - DROP * unit;
    const drawn = found && found.n > 1 ? overallMarks(found, axis, y, unit) : [];
    added.push(...drawn);
    overall.append(...drawn);
    if (!pooled) return;
    pooled.dataset.x ||= pooled.getAttribute("x1");
    const seen = found && found.n > 1 && axis.contains(found.estimate);
    // Not "visible": that would show in a twin that is hidden.
    if (seen) pooled.removeAttribute("visibility"); else pooled.setAttribute("visibility", "hidden");
    if (seen) for (const end of ["x1", "x2"]) pooled.setAttribute(end, axis.x(found.estimate).toFixed(4));
  }
  const weighted = !narrow && svg.querySelector(".cell-weight") !== null;
  return { svg, studies, show, grouped: others.length > 0, weighted };
}

function axisOf(svg) {
  const { scale } = svg.dataset;
  const [low, high, left, right] = ["low", "high", "left", "right"].map((name) => Number(svg.dataset[name]));
  const of = scale === "log" ? (value) => (value > 0 ? Math.log(value) : -Infinity) : (value) => value;
  const fraction = (value) => (of(value) - of(low)) / (of(high) - of(low));
  const x = (value) => left + Math.min(Math.max(fraction(value), 0), 1) * (right - left);
  return { low, high, left, right, fraction, x, contains: (value) => value >= low && value <= high };
}

// The bar of the prediction interval, the diamond, and arrows where they go on beyond the axis.
function overallMarks(found, axis, y, unit) {
  const half = HALF * unit;
  const marks = [];
  if (!Number.isNaN(found.pi_low)) {
    const ends = { x1: axis.x(found.pi_low), x2: axis.x(found.pi_high), y1: y, y2: y };
    marks.push(shape("line", { class: "mark-pi s-prediction", ...ends, "stroke-width": 3.2 * unit }));
    marks.push(...arrows(found.pi_low, found.pi_high, axis, y, unit, "prediction"));
  }
  if (!axis.contains(found.estimate)) return marks;
  const x = axis.x(found.estimate);
  if (Number.isNaN(found.ci_low)) {
    const ends = { x1: x, x2: x, y1: y - half, y2: y + half };
    return [...marks, shape("line", { class: "mark-point s-summary", ...ends, "stroke-width": 2 })];
  }
  const [l, r] = [axis.x(found.ci_low), axis.x(found.ci_high)];
  const low = half * heightAtEdge(found.ci_low, found.estimate, axis, 0);
  const high = half * heightAtEdge(found.ci_high, found.estimate, axis, 1);
  const points = [[l, y - low], [x, y - half], [r, y - high], [r, y + high], [x, y + half], [l, y + low]];
  marks.push(polygon(points, "mark-diamond f-summary-fill s-summary", 1.1 * unit));
  return [...marks, ...arrows(found.ci_low, found.ci_high, axis, y, unit, "summary")];
}

function polygon(points, names, width) {
  const text = points.map(([x, y]) => `${x.toFixed(4)},${y.toFixed(4)}`).join(" ");
  return shape("polygon", { class: names, points: text, "stroke-width": width });
}

function arrows(low, high, axis, y, unit, role) {
  const ends = [[low < axis.low, axis.left, -1], [high > axis.high, axis.right, 1]];
  return ends.filter(([clipped]) => clipped).map(([, at, sign]) => {
    const tip = at + 2.5 * unit * sign;
    const base = tip - 5.5 * unit * sign;
    return polygon([[tip, y], [base, y - 3 * unit], [base, y + 3 * unit]], `mark-arrow f-${role} s-${role}`, 0.2);
  });
}

// Share of its height that a diamond still has where the axis ends; 0 for a whole one.
function heightAtEdge(bound, estimate, axis, limit) {
  const [end, middle] = [axis.fraction(bound), axis.fraction(estimate)];
  if (!((limit - end) * (middle - limit) > 0)) return 0;
  return Number.isFinite(end) ? (limit - end) / (middle - end) : 0.5;
}

function labelLines(row) {
  return [...row.querySelectorAll("text")].filter((one) => !/\bcell-/.test(one.getAttribute("class") || ""));
}

// From the beginning of the label to the first column after it.
function labelRoom(svg, label) {
  const x = Number(label.getAttribute("x"));
  const cells = [...svg.querySelectorAll("g.row.study text[class*=cell-], g.row.overall text[class*=cell-]")];
  const starts = cells.map((one) => one.getBBox().x).filter((start) => start > x + 20);
  return Math.min(Number(svg.dataset.left), ...starts) - x - 6;
}

// The label over as many lines as were drawn, in smaller letters where they are not enough.
function writeLabel(lines, text, room) {
  const words = text.match(/\(k = \d+\)|\S+/g) || [];
  lines.forEach((line, i) => {
    line.textContent = words.shift() || "";
    while (words.length) {
      const before = line.textContent;
      line.textContent = `${before} ${words[0]}`;
      if (i < lines.length - 1 && line.getComputedTextLength() > room) { line.textContent = before; break; }
      words.shift();
    }
    fit(line, room);
  });
}

// Smaller letters where a text would need more room than it has.
function fit(text, room) {
  const length = text.getComputedTextLength();
  text.dataset.size ||= text.getAttribute("font-size");
  if (length > room) text.setAttribute("font-size", Math.max(5, (text.dataset.size * room) / length).toFixed(2));
}

function writeCell(row, key, text, studies, added) {
  let cell = row.querySelector(`.cell-${key}`);
  if (!cell && text) {
    const model = studies.map((one) => one.querySelector(`.cell-${key}`)).find(Boolean);
    if (!model) return;
    cell = model.cloneNode(false);
    cell.removeAttribute("id");
    cell.setAttribute("y", row.querySelector("text").getAttribute("y"));
    row.append(cell);
    added.push(cell);
  }
  if (cell) cell.textContent = text;
}

// An interval that would touch the estimate beside it is written smaller.
function crowded(row) {
  const [estimate, ci] = ["estimate", "ci"].map((key) => row.querySelector(`.cell-${key}`));
  if (!estimate || !ci || !estimate.textContent || ci.getAttribute("text-anchor") !== "end") return;
  const before = estimate.getBBox();
  const end = Number(ci.getAttribute("x"));
  if (before.x < end) fit(ci, end - before.x - before.width - 5);
}

// Sums of events and participants, where the figure has them.
function totals(row, side, studies, off) {
  ["events", "n"].forEach((name, i) => {
    const cell = row.querySelector(`.cell-${name}_${side}`);
    if (!cell) return;
    const place = i + (side === "1" ? 0 : 2);
    const left = studies.filter((_, index) => !off.has(index));
    cell.textContent = left.length ? wholeText(left.reduce((sum, one) => sum + one.counts[place], 0)) : "";
  });
}
