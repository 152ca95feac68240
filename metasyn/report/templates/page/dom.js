// Small helpers: every text goes in as text, never as markup.
const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function counted(count, [one, many]) {
  return `${wholeText(count)} ${count === 1 ? one : many}`;
}

// "Smith 2017 [1], Table 2" with its number as a link into the list of sources.
function withSourceLinks(text) {
  return text.split(/(\[\d{1,4}\])/).map((part) => {
    const number = /^\[(\d+)\]$/.exec(part);
    if (!number || !document.getElementById(`source-${number[1]}`)) return part;
    return element("a", { href: `#source-${number[1]}` }, part);
  });
}
