// At the top of a page on which something was changed: what, where it is, and the way back.
function changeBanner(reset) {
  const header = document.querySelector(".page > header");
  const list = element("ul", {});
  const back = element("button", { type: "button", class: "plain", on: { click: () => { reset(); document.getElementById("content").scrollIntoView(); } } },
    "Back to the report\u2019s results");
  const box = element("div", { class: "changes", hidden: true },
    element("p", { class: "lead" }, "This page was changed. It does not show the report\u2019s own results for:"), list, back);
  header.append(box);
  return (outcomes) => {
    const changed = outcomes.filter((one) => !isDefault(one.state));
    box.hidden = changed.length === 0;
    list.replaceChildren(...changed.map((one) => element("li", {},
      element("a", { href: `#${one.figures[0].svg.closest("figure").id}` }, one.data.label), changeWords(one))));
  };
}

function changeWords({ data, state }) {
  const { panel, studies } = data;
  const off = [...state.off].sort((a, b) => a - b).map((i) => studies[i].label);
  const words = [];
  if (off.length > 3) words.push(` without ${off.length} of ${counted(panel.k, panel.units)}`);
  else if (off.length) words.push(` without ${off.join("; ")}`);
  if (state.option !== null) words.push(`${off.length ? ", with" : " with"} ${panel.options[state.option].name}`);
  return words.join("");
}
