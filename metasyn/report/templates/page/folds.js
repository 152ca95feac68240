// A link to a fold, or to something inside one, opens it.
function startFolds() {
  const open = (id) => {
    let place = document.getElementById(id)?.closest("details");
    for (; place; place = place.parentElement.closest("details")) place.open = true;
  };
  const read = () => {
    const anchor = window.location.hash.slice(1).split("!")[0];
    open(anchor);
    if (anchor.startsWith("how-")) document.getElementById(anchor)?.scrollIntoView();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#']");
    if (link) open(link.getAttribute("href").slice(1));
  }, true);
  window.addEventListener("hashchange", read);
  read();
}
