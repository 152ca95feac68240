// Numbers as text, by the rules of metasyn/wording.py; the tests hold the two to each other.
const MINUS = "\u2212";
const NOT = "not estimable";

// Fixed decimals of the exact value, ties to the even digit; toFixed alone takes ties up.
function fixed(value, digits) {
  const size = Math.abs(value);
  let text;
  if (size >= 1e21) {
    text = BigInt(size).toString() + (digits ? "." + "0".repeat(digits) : "");
  } else {
    text = size.toFixed(digits);
    const exact = size.toFixed(digits + 40);
    const tail = exact.slice(-40);
    if (tail[0] === "5" && !/[1-9]/.test(tail.slice(1))) {
      const down = exact.slice(0, -40).replace(/\.$/, "");
      if ("02468".includes(down[down.length - 1])) text = down;
    }
  }
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

function decimal(value, digits = 2) {
  if (Number.isNaN(value)) return NOT;
  if (!Number.isFinite(value)) return (value > 0 ? "" : MINUS) + "\u221e";
  return fixed(value, digits);
}

function percentText(proportion, digits = 1, sign = "%") {
  return decimal(100 * proportion, digits) + sign;
}

function wholeText(count) {
  const text = String(count);
  return count < 10000 ? text : text.replace(/\B(?=(\d{3})+$)/g, "\u2009");
}

function naturalText(value, family) {
  const size = Math.abs(value);
  const two = () => 1 - Math.floor(Math.log10(size));
  if (family === "proportion") return percentText(value, 1, "");
  if (family === "difference" && size >= 0.0005 && size < 1) return decimal(value, 3);
  if (["rate", "mean", "difference"].includes(family) && size > 0 && size < 0.095) {
    return decimal(value, Math.min(8, two()));
  }
  if (["ratio", "time"].includes(family) && Number.isFinite(value)) {
    if (value > 0 && value < 0.095) return decimal(value, value > 1e-4 ? Math.max(2, two()) : 4);
    if (value >= 99.5) return value < 1e5 ? decimal(value, 0) : "> 99999";
    if (value >= 9.95) return decimal(value, 1);
  }
  return decimal(value, 2);
}

function pText(p) {
  if (Number.isNaN(p)) return "p " + NOT;
  if (p < 0.001) return "p < 0.001";
  if (p > 0.99) return "p > 0.99";
  return "p = " + decimal(p, p < 0.0995 ? 3 : 2);
}

function tau2Text(tau2) {
  if (tau2 === 0) return "0";
  if (tau2 >= 10) return decimal(tau2, tau2 < 100 ? 1 : 0);
  if (tau2 >= 0.0005) return decimal(tau2, 3);
  const [digit, power] = tau2.toExponential(0).split("e");
  if (Number(power) >= -4) return tau2.toPrecision(1);
  return digit + "e" + MINUS + String(-Number(power)).padStart(2, "0");
}

function heterogeneityText(found, withTau2, test) {
  const q = `${test} = ${decimal(found.Q)}, df = ${found.df}, ${pText(found.Q_pvalue)}`;
  const line = `I² = ${percentText(found.I2, 0)}; ${q}`;
  return withTau2 ? `τ² = ${tau2Text(found.tau2)}; ${line}` : line;
}
