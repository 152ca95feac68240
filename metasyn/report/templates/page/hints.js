// A line of words above whatever is wider than the screen; the shade at its edge is a matter of style.
function startHints() {
  const watch = new ResizeObserver((entries) => { for (const { target } of entries) hint(target); });
  for (const box of document.querySelectorAll(".table-scroll, .figure-scroll")) {
    watch.observe(box);
    hint(box);
  }
}

function hint(box) {
  const words = box.previousElementSibling?.classList.contains("hint") ? box.previousElementSibling : null;
  const wider = box.scrollWidth > box.clientWidth + 1;
  if (!wider) words?.remove();
  else if (!words) {
    const what = box.classList.contains("table-scroll") ? "table" : "figure";
    box.before(element("p", { class: "live hint" }, `Swipe or scroll the ${what} sideways for more \u2192`));
  }
}
