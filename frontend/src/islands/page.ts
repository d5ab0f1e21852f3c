/** What an island knows of its page. Kept apart from main.ts, so that no island imports it. */

/** The data a template left for an element with json_script; null when it is missing. */
export function dataOf(element: HTMLElement): unknown {
  const source = document.getElementById(element.dataset.source ?? "");
  const text = source?.textContent ?? "";
  return text === "" ? null : (JSON.parse(text) as unknown);
}

/** Call `redraw` whenever light becomes dark or back; the answer stops it. */
export function watchTheme(redraw: () => void): () => void {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = new MutationObserver(redraw);
  chosen.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  system.addEventListener("change", redraw);
  return () => {
    chosen.disconnect();
    system.removeEventListener("change", redraw);
  };
}
