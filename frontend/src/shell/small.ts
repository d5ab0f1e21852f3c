/** Small conveniences; every page works without them. */

/** The key / moves to the search box, unless the person is typing. */
export function focusOnSlash(root: Document): void {
  root.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target)) return;
    const box = root.querySelector<HTMLInputElement>("[data-slash-focus]");
    if (box === null) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}

/** Whether a key press belongs to a control that takes text. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

/** A form marked data-auto-submit goes as soon as one of its selects changes. */
export function autoSubmit(root: Document): void {
  root.addEventListener("change", (event) => {
    if (!(event.target instanceof HTMLSelectElement)) return;
    const form = event.target.form;
    if (form?.dataset.autoSubmit === undefined) return;
    // requestSubmit() runs htmx and validation too; Chromium 83 has it.
    form.requestSubmit();
  });
}

/** A click anywhere on a row with <a class="row-link"> follows that link. */
export function linkRows(root: Document): void {
  root.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || event.defaultPrevented) return;
    if (event.target.closest("a, button, input, select, label, summary") !== null) return;
    if ((window.getSelection()?.toString() ?? "") !== "") return;
    const link = event.target.closest("tr")?.querySelector<HTMLAnchorElement>("a.row-link");
    link?.click();
  });
}

/** data-copy="#id" copies an element's text; data-print prints the page. */
export function copyAndPrint(root: Document): void {
  root.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest("[data-print]") !== null) window.print();
    const button = event.target.closest<HTMLElement>("[data-copy]");
    const source = button === null ? null : root.querySelector(button.dataset.copy ?? "");
    if (button !== null && source !== null) void copy(source.textContent.trim(), button);
  });
}

async function copy(text: string, button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    const words = button.querySelector("span") ?? button;
    words.textContent = "已复制";
  } catch {
    // No clipboard on plain http: select the text's source by hand.
    window.prompt("请按 Ctrl+C 复制", text);
  }
}
