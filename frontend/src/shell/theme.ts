/** Light and dark: at once here, kept by the server per person and by this browser for guests. */

export type Theme = "light" | "dark" | "";

const KEY = "tongke-theme";

/** Follow the switch in the top bar, and this browser's choice when the server has none. */
export function switchTheme(root: Document): void {
  if (root.documentElement.dataset.theme === undefined) apply(remembered());
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset.themeForm === undefined) return;
    const submitter = event.submitter ?? root.activeElement;
    if (!(submitter instanceof HTMLButtonElement)) return;
    event.preventDefault();
    choose(submitter.value === "dark" ? "dark" : "light", form);
  });
}

function choose(theme: Theme, form: HTMLFormElement): void {
  apply(theme);
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Private windows of old browsers refuse; the server still keeps the choice.
  }
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") body.append(name, value);
  }
  body.set("theme", theme);
  // A lost answer costs nothing: the page already shows the choice.
  void fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => undefined);
}

function apply(theme: Theme): void {
  if (theme === "") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function remembered(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "dark" || kept === "light" ? kept : "";
  } catch {
    return "";
  }
}
