// Light, dark, or as the system: a button in the header. The choice is kept where the browser allows it.
function startTheme() {
  const place = document.querySelector("[data-place=theme]");
  if (!place) return;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const stored = () => {
    try { return window.localStorage.getItem("metasyn-theme"); } catch { return null; }
  };
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const button = element("button", { type: "button", class: "plain" });
  const name = () => { button.textContent = dark() ? "Light page" : "Dark page"; };
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try { window.localStorage.setItem("metasyn-theme", root.dataset.theme); } catch { /* not kept */ }
    name();
  });
  if (["light", "dark"].includes(stored())) root.dataset.theme = stored();
  system.addEventListener("change", name);
  name();
  place.append(button);
}
