// What is switched off is part of the address: "#anchor!slug:without=adams+baker,as=random-effects/wald;..."
const PART = /^([a-z0-9-]+):(?:without=([a-z0-9+-]+))?,?(?:as=([a-z0-9-]+\/[a-z0-9-]+))?$/;

function writeAddress(anchor, outcomes) {
  const parts = outcomes.filter((one) => !isDefault(one.state)).map((one) => {
    const off = [...one.state.off].sort((a, b) => a - b).map((i) => one.data.studies[i].key);
    const words = [];
    if (off.length) words.push("without=" + off.join("+"));
    if (one.state.option !== null) words.push("as=" + one.data.panel.options[one.state.option].key);
    return `${one.data.slug}:${words.join(",")}`;
  });
  return (anchor || "") + (parts.length ? "!" + parts.join(";") : "");
}

// The state of every outcome, and the anchor; anything that is not understood counts as not said.
function readAddress(fragment, outcomes) {
  let text = fragment.replace(/^#/, "");
  try { text = decodeURIComponent(text); } catch { /* taken as it is */ }
  const mark = text.indexOf("!");
  const anchor = mark < 0 ? text : text.slice(0, mark);
  const said = new Map();
  for (const part of mark < 0 ? [] : text.slice(mark + 1).split(";")) {
    const found = PART.exec(part);
    if (found) said.set(found[1], found);
  }
  const states = outcomes.map((one) => readPart(said.get(one.data.slug), one.data) || newState());
  return { anchor, states };
}

function readPart(found, data) {
  if (!found) return null;
  const { studies, panel } = data;
  const off = (found[2] ? found[2].split("+") : []).map((key) => studies.findIndex((one) => one.key === key));
  const option = found[3] ? panel.options.findIndex((one) => one.key === found[3]) : null;
  if (off.includes(-1) || option === -1) return null;
  const state = { off: new Set(off), option };
  return state.off.size <= mostOff(panel) ? state : null;
}

function newState() { return { off: new Set(), option: null }; }
function isDefault(state) { return state.off.size === 0 && state.option === null; }

// All of them where all subsets are here: an empty forest plot says that no study is left.
function mostOff(panel) { return panel.left_out === panel.k - 1 ? panel.k : panel.left_out; }
