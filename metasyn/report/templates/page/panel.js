// The numbers behind the words, for whoever reads them from the page.
const FIGURES = ["estimate", "ci_low", "ci_high", "pvalue", "pi_low", "pi_high", "tau2", "I2", "Q", "Q_pvalue"];

// The panel above a forest plot: which studies are on, which model and interval, and the result in words.
function livePanel(one, change) {
  const { data } = one;
  const { panel, slug } = data;
  const named = (part) => `live-${slug}-${part}`;
  const boxes = data.studies.map((study, i) => element("input", { type: "checkbox", id: named(i), checked: true,
    on: { change: (event) => change(one, (state) => toggle(state, i, !event.target.checked)) } }));
  const select = element("select", { id: named("as") },
    element("option", { value: "" }, "As in the report: by its rule"),
    ...panel.options.map((option, i) => (option.listed ? element("option", { value: String(i) }, capital(option.name)) : "")));
  select.addEventListener("change", () => {
    change(one, (state) => ({ ...state, option: select.value === "" ? null : Number(select.value) }));
  });
  const reset = element("button", { type: "button", class: "plain", disabled: true,
    on: { click: () => { change(one, newState); select.focus(); } } }, "Back to the report\u2019s result");
  const status = element("div", { role: "status", class: "live-status" });
  const most = mostOff(panel);
  const limit = panel.missing || (most < panel.k
    ? `This page holds the results without any ${most === 1 ? "single one" : "one or two"} of the ${counted(panel.k, panel.units)}.`
    : "");
  const box = element("details", { class: "live panel", open: window.matchMedia("(min-width: 48rem)").matches },
    element("summary", {}, most ? "Try it: leave studies out, or choose another model" : "About this figure"),
    limit ? element("p", { class: "small" }, limit) : "",
    ...(most ? [controls()] : []));

  function controls() {
    const list = element("ul", { class: "switches" }, ...boxes.map((input, i) =>
      element("li", {}, element("label", { for: input.id }, input, element("span", { dir: "auto" }, data.studies[i].label)))));
    return element("div", {},
      element("div", { class: "bar" },
        element("div", {}, element("label", { for: select.id, class: "name" }, "Model and interval"), select), reset),
      element("fieldset", {}, element("legend", {}, `${capital(panel.units[1])} in the synthesis`), list));
  }

  function show(view, state) {
    boxes.forEach((input, i) => {
      input.checked = !state.off.has(i);
      input.disabled = input.checked && state.off.size >= most;
    });
    select.value = state.option === null ? "" : String(state.option);
    const changed = !isDefault(state);
    reset.disabled = !changed;
    status.classList.toggle("changed", changed);
    for (const name of FIGURES) status.dataset[name] = view.found ? String(view.found[name]) : "";
    status.replaceChildren(...words(view, state, changed));
    if (changed) box.open = true;
    for (const figure of one.figures) markCaption(figure.svg.closest("figure"), changed);
  }

  function words(view, state, changed) {
    const without = [...state.off].sort((a, b) => a - b).map((i) => data.studies[i].label);
    const shown = [
      element("p", { class: "now" }, element("strong", {}, changed ? "Changed from the report. " : ""), view.who + (view.result && view.found.n > 1 ? ": " : " "),
        element("span", { class: "figure-now" }, together(view.result))),
    ];
    if (view.details) shown.push(element("p", { class: "small" }, together(view.details)));
    if (!changed) return shown;
    if (without.length) shown.push(element("p", { class: "small" }, `Left out: ${without.join("; ")}.`));
    if (view.reason) shown.push(element("p", { class: "small" }, view.reason));
    shown.push(element("p", { class: "small" }, `As reported: ${one.reported}`));
    shown.push(element("p", { class: "small" }, "In the figure", ...figureWords(state), "."));
    return shown;
  }

  // What the figure still shows of the report, and how that is marked.
  function figureWords(state) {
    const parts = [" squares keep their reported sizes"];
    if (state.off.size) parts.push(`; a crossed-out row is a ${panel.units[0]} left out`);
    if (one.figures.some((figure) => figure.weighted)) {
      parts.push(element("span", { class: "wide-only" }, "; a dash stands for a weight, which would be another now"));
    }
    if (one.figures.some((figure) => figure.grouped)) parts.push("; dimmed diamonds are the results of groups as reported, with nothing changed");
    return parts;
  }

  return { box, status, show };
}

// The caption speaks of the report's own figure.
function markCaption(figure, changed) {
  const caption = figure.querySelector("figcaption");
  const mark = caption.querySelector(".as-reported");
  if (!changed) mark?.remove();
  else if (!mark) caption.querySelector(".number").after(element("span", { class: "as-reported" }, " As reported, before the change:"));
}

function toggle(state, index, away) {
  const off = new Set(state.off);
  if (away) off.add(index); else off.delete(index);
  return { ...state, off };
}

// A line does not break inside "p = 0.17".
function together(text) { return text.replaceAll(" = ", "\u00a0=\u00a0"); }

function capital(text) { return text.charAt(0).toUpperCase() + text.slice(1); }
