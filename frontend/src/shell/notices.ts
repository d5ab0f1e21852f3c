/** Notices at the top of the page: made by the server, or here when a request failed. */

export type NoticeState = "ok" | "info" | "warn" | "danger";

const SHOWN_MS = 6000;

/** Show a sentence at the top of the page; screen readers announce it. */
export function notice(text: string, state: NoticeState): HTMLElement | null {
  const place = document.getElementById("notices");
  if (place === null) return null;
  const box = document.createElement("div");
  box.className = `alert alert-${state}`;
  const words = document.createElement("div");
  words.className = "alert-text";
  words.textContent = text;
  box.append(words);
  place.append(box);
  if (state === "ok" || state === "info") dismissLater(box);
  else box.scrollIntoView({ block: "nearest" });
  return box;
}

/** Let notices marked data-dismiss leave after a while; pointing at one keeps it. */
export function autoDismiss(root: Element): void {
  for (const box of root.querySelectorAll<HTMLElement>("[data-dismiss]")) dismissLater(box);
}

function dismissLater(box: HTMLElement): void {
  let timer = window.setTimeout(leave, SHOWN_MS);
  function leave(): void {
    box.remove();
  }
  box.addEventListener("pointerenter", () => {
    window.clearTimeout(timer);
  });
  box.addEventListener("pointerleave", () => {
    timer = window.setTimeout(leave, SHOWN_MS);
  });
}
