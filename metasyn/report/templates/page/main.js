// From the data in the page to figures that answer.
function startOutcomes() {
  const holder = document.getElementById("live-data");
  if (!holder) return;
  const outcomes = JSON.parse(holder.textContent).map((data) => ({ data, state: newState(), figures: [] }));
  for (const one of outcomes) prepare(one, change);
  const asking = outcomes.filter((one) => one.table && one.panel);
  const banner = changeBanner(() => {
    for (const one of asking) { one.state = newState(); refresh(one); }
    tell();
  });

  function change(one, next) {
    one.state = next(one.state);
    refresh(one);
    tell();
  }

  function tell() {
    banner(asking);
    go(readAddress(window.location.hash, asking).anchor);
  }

  function go(anchor) {
    const fragment = writeAddress(anchor, asking);
    if (`#${fragment}` === window.location.hash || (!fragment && !window.location.hash)) return;
    try {
      window.history.pushState(null, "", fragment ? `#${fragment}` : window.location.pathname + window.location.search);
    } catch { /* too many changes at once for this browser: the address stays behind, the page does not */ }
  }

  function read(event) {
    const { anchor, states } = readAddress(window.location.hash, asking);
    asking.forEach((one, i) => { one.state = states[i]; refresh(one); });
    banner(asking);
    if ((!event || event.type === "hashchange") && window.location.hash.includes("!")) {
      document.getElementById(anchor)?.scrollIntoView();
    }
  }

  // A link within the page keeps what is switched off.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || asking.every((one) => isDefault(one.state))) return;
    const goal = document.getElementById(link.getAttribute("href").slice(1));
    if (!goal) return;
    event.preventDefault();
    go(goal.id);
    if (!goal.hasAttribute("tabindex")) goal.setAttribute("tabindex", "-1");
    goal.focus({ preventScroll: true });
    goal.scrollIntoView();
  });
  window.addEventListener("popstate", read);
  window.addEventListener("hashchange", read);
  read(null);
}

function prepare(one, change) {
  const { data } = one;
  for (const place of data.figures) {
    const svgs = drawings(place.stem);
    if (!svgs.length) continue;
    one.figures.push(...svgs.map((svg) => liveFigure(svg, place, data)).filter(Boolean));
    for (const svg of svgs) svg.setAttribute("role", "group");
    studyCards(one, svgs, change);
  }
  if (!data.panel || !one.figures.length) return;
  if (data.panel.table) {
    one.table = subsetTable(data.panel);
    one.reported = viewOf(data, one.table, newState()).result;
  }
  one.panel = livePanel(one, change);
  const scroll = one.figures[0].svg.closest(".figure-scroll");
  scroll.before(one.panel.box);
  if (one.table) scroll.before(one.panel.status);
}

function refresh(one) {
  if (!one.table) return;
  const view = viewOf(one.data, one.table, one.state);
  one.panel.show(view, one.state);
  for (const figure of one.figures) figure.show(view, one.state);
}

document.documentElement.classList.add("scripted");
startTheme();
startTables();
startOutcomes();
startFolds();
startHints();
