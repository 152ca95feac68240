// A subset in words: the line above the figure, and the texts inside it.
function viewOf(data, table, state) {
  const { panel } = data;
  const off = [...state.off].sort((a, b) => a - b);
  if (off.length === panel.k) return emptyView(panel);
  const found = table.find(off, state.option);
  const value = (number) => naturalText(number, panel.family) + panel.sign;
  const estimate = value(found.estimate);
  const interval = Number.isNaN(found.ci_low)
    ? "interval not estimable"
    : `${panel.level} ${panel.options[found.option].ci} ${value(found.ci_low)} to ${value(found.ci_high)}`;
  const option = panel.options[found.option];
  if (found.n > 1 && Number.isNaN(found.estimate)) return noEstimate(panel, option, found);
  const who = off.length ? `${found.n} of ${counted(panel.k, panel.units)}` : `All ${counted(panel.k, panel.units)}`;
  const p = panel.null === null ? "" : `, ${pText(found.pvalue)}`;
  const result = `${panel.measure} ${estimate} (${interval})${p}`;
  const bracket = Number.isNaN(found.ci_low)
    ? ""
    : `[${naturalText(found.ci_low, panel.family)} to ${naturalText(found.ci_high, panel.family)}]`;
  const cells = { estimate: naturalText(found.estimate, panel.family), ci: bracket };
  if (found.n === 1) {
    const words = `Only one ${panel.units[0]} is left: nothing is pooled.`;
    const one = panel.k - 1 === off.length ? data.studies.find((_, i) => !state.off.has(i)).label : "";
    return { found, row: "One left: not pooled", cells: { estimate: "", ci: "" }, reason: "",
      notes: { heterogeneity: "", prediction: "" }, result: `${one}: ${result}.`, who: words,
      sentence: `${words} ${one}: ${result}.`, details: "" };
  }
  // The common-effect model that is asked for has no between-study variance to state.
  // Nor does the classical variance stand behind a Bayesian result.
  const withTau2 = option.model !== "bayesian" && (state.option === null ? panel.tau2 : option.model !== "common-effect");
  const heterogeneity = heterogeneityText(found, withTau2, option.test);
  const limits = [found.pi_low, found.pi_high];
  const prediction = Number.isNaN(limits[0]) ? ""
    : `${panel.level} prediction interval ${naturalText(limits[0], panel.family)} to ${naturalText(limits[1], panel.family)}${panel.sign}`;
  const details = [prediction, heterogeneity].filter(Boolean).join("; ") + ".";
  const reason = state.option === null ? found.reason : "";
  return { found, row: `${option.row} (k = ${found.n})`, cells, notes: { heterogeneity, prediction }, reason, who,
    result: `${result}; ${option.words}.`, details, sentence: `${who}: ${result}; ${option.words}. ${details}` };
}

// A model that is asked for and cannot be fitted to what is left.
function noEstimate(panel, option, found) {
  const sentence = `${found.n} of ${counted(panel.k, panel.units)}: the ${option.words} has no estimate here.`;
  return { found: null, row: "No estimate", cells: { estimate: "", ci: "" }, reason: "", who: sentence, result: "",
    notes: { heterogeneity: "", prediction: "" }, details: "", sentence };
}

function emptyView(panel) {
  const sentence = `No ${panel.units[0]} is left.`;
  return { found: null, row: "None left", cells: { estimate: "", ci: "" }, reason: "", who: sentence, result: "",
    notes: { heterogeneity: "", prediction: "" }, details: "", sentence };
}
