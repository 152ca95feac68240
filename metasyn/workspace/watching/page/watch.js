"use strict";
// The page around a report: it listens for builds and loads the report anew, where the reader was.
(() => {
  const frame = document.getElementById("report");
  const state = document.getElementById("state");
  const errors = document.getElementById("errors");
  const HOME = "reports/index.html";
  let serial = null;
  let place = null;

  // The report that is open is part of the address, so that loading this page again keeps it.
  const wanted = () => {
    const path = decodeURIComponent(location.hash.slice(1));
    return path.startsWith("reports/") && !path.includes("..") ? path : HOME;
  };
  const shown = () => {
    try {
      const at = frame.contentWindow.location;
      const base = location.pathname.replace(/[^/]*$/, "");
      return at.pathname.startsWith(base) ? at.pathname.slice(base.length) : null;
    } catch {
      return null;
    }
  };
  const open = (path) => {
    if (shown() !== path) frame.contentWindow.location.replace(path);
  };
  const reload = () => {
    const inner = frame.contentWindow;
    try {
      place = [inner.scrollX, inner.scrollY];
      inner.location.reload();
    } catch {
      open(wanted());
    }
  };

  frame.addEventListener("load", () => {
    const path = shown();
    if (path && path !== wanted()) history.replaceState(null, "", "#" + encodeURI(path));
    if (place) frame.contentWindow.scrollTo(...place);
    place = null;
    const title = frame.contentDocument && frame.contentDocument.title;
    if (title) document.title = title + " (watch)";
  });
  document.getElementById("home").addEventListener("click", (event) => {
    event.preventDefault();
    frame.contentWindow.location.assign(HOME);
  });
  window.addEventListener("hashchange", () => open(wanted()));

  const source = new EventSource("events");
  source.addEventListener("message", (event) => {
    const told = JSON.parse(event.data);
    state.className = "";
    state.textContent = told.words;
    errors.textContent = told.errors.join("\n\n");
    errors.hidden = told.errors.length === 0;
    if (serial !== null && told.serial !== serial) reload();
    serial = told.serial;
  });
  source.addEventListener("error", () => {
    source.close();
    state.className = "lost";
    state.textContent = "metasyn watch has stopped; this page no longer follows the data";
  });

  frame.src = wanted();
})();
