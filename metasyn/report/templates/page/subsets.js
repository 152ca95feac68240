// The table of subsets, read only: which row, which column, what stands there.
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%:()*+-;,=.?@^_`{|}~";

const BY_OPTION = ["estimate", "ci_low", "ci_high", "pvalue", "pi_low", "pi_high"];

// Five letters of base 85 are one float32.
function decodeNumbers(text) {
  const places = new Map([...LETTERS].map((letter, i) => [letter, i]));
  const view = new DataView(new ArrayBuffer(4));
  return Float32Array.from({ length: text.length / 5 }, (_, i) => {
    let value = 0;
    for (let j = 5 * i; j < 5 * i + 5; j += 1) value = value * 85 + places.get(text[j]);
    view.setUint32(0, value);
    return view.getFloat32(0);
  });
}

// Three letters of base 85 are a share in steps of a millionth and a half; the last code is none.
function decodeShares(text) {
  const steps = 85 ** 3 - 2;
  const places = new Map([...LETTERS].map((letter, i) => [letter, i]));
  return Float64Array.from({ length: text.length / 3 }, (_, i) => {
    let code = 0;
    for (let j = 3 * i; j < 3 * i + 3; j += 1) code = code * 85 + places.get(text[j]);
    return code > steps ? NaN : code / steps;
  });
}

function decodeBytes(text) { return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)); }

function subsetTable(panel) {
  const { k, left_out: leftOut, table } = panel;
  const ready = new Map();
  const column = (place, decode) => {
    if (!ready.has(place)) ready.set(place, decode(table.data[place]));
    return ready.get(place);
  };
  // A place in a list of one: only the subsets `few` have the figure.
  const number = (place, row, decode = decodeNumbers) => {
    if (place === null) return NaN;
    if (!Array.isArray(place)) return column(place, decode)[row];
    const at = table.few.indexOf(row);
    return at < 0 ? NaN : column(place[0], decode)[at];
  };
  let choice = null;

  // Row of the subset without the effects `off`, which are in ascending order; -1 if it is not here.
  function rowOf(off) {
    if (off.length > leftOut) return -1;
    if (leftOut === k - 1) {
      let mask = 2 ** k - 1;
      for (const i of off) mask -= 2 ** i;
      return mask - 1;
    }
    if (off.length === 0) return 0;
    const [i, j] = off;
    if (off.length === 1) return 1 + i;
    return 1 + k + i * k - (i * (i + 1)) / 2 + (j - i - 1);
  }

  // What `pool` gives for the subset, natural scale; `option` null asks for what headlines.
  function find(off, option) {
    const row = rowOf(off);
    if (row < 0) return null;
    choice ??= decodeBytes(table.choice);
    const [headline, reason] = table.choices[choice[row]];
    const chosen = option ?? headline;
    const found = { option: chosen, n: k - off.length, df: k - off.length - 1, reason: panel.reasons[reason] };
    for (const name of BY_OPTION) found[name] = number(table.columns[name][chosen], row);
    // A model that is asked for has its own, even where it is the one that headlines by the rule.
    const [tau2, I2, Q, p] = ["tau2", "I2", "Q", "Q_pvalue"].map((name) =>
      (option === null ? table[name] : table.columns[`option_${name}`][option]));
    [found.Q, found.Q_pvalue] = [number(Q, row), number(p, row)];
    found.tau2 = tau2 === null && found.n > 1 ? 0 : number(tau2, row);
    found.I2 = number(I2, row, decodeShares);
    return found;
  }
  return { find };
}
