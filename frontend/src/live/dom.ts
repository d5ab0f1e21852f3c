/** Small tools for building and updating elements without losing focus or clicks. */

type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined>;

/** An element with attributes and children; `class` is the class, true an empty attribute. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(made, name, value);
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) made.append(child);
  }
  return made;
}

/** Set, or with null and false remove, an attribute; nothing happens when it is so already. */
export function setAttribute(
  element: Element,
  name: string,
  value: string | number | boolean | null | undefined,
): void {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
    return;
  }
  const text = value === true ? "" : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** Write a text; nothing happens when it stands there already. */
export function write(element: Element | null, text: string): void {
  if (element !== null && element.textContent !== text) element.textContent = text;
}

/** Put children in the place of what an element holds. */
export function fill(element: Element, ...children: Child[]): void {
  element.textContent = "";
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/** Show or hide by the `hidden` attribute. */
export function show(element: Element | null, visible: boolean): void {
  if (element !== null) setAttribute(element, "hidden", !visible);
}

/** An icon that the page holds in a <template data-icon>; empty when it holds none. */
export function icon(name: string, css = ""): Node {
  const template = document.querySelector<HTMLTemplateElement>(`template[data-icon="${name}"]`);
  const drawing = template?.content.firstElementChild?.cloneNode(true) as Element | undefined;
  if (drawing === undefined) return document.createTextNode("");
  if (css !== "") drawing.classList.add(css);
  return drawing;
}

/** Find what must be there: the page and its script belong together. */
export function need<T extends Element = HTMLElement>(root: ParentNode, selector: string): T {
  const found = root.querySelector<T>(selector);
  if (found === null) throw new Error(`the page has no ${selector}`);
  return found;
}

const KEY = "data-key";

/**
 * Make a list of elements match a list of things: each thing keeps its element, so that a press
 * that is under way, the focus, or a playing video survive.
 */
export function sync<T>(
  parent: Element,
  things: readonly T[],
  key: (thing: T) => string | number,
  make: (thing: T) => HTMLElement,
  update: (element: HTMLElement, thing: T) => void,
): void {
  const old = new Map<string, HTMLElement>();
  for (const child of Array.from(parent.children)) {
    const name = child.getAttribute(KEY);
    if (name === null) child.remove();
    else old.set(name, child as HTMLElement);
  }
  let after: Element | null = null;
  for (const thing of things) {
    const name = String(key(thing));
    let element = old.get(name);
    if (element === undefined) {
      element = make(thing);
      element.setAttribute(KEY, name);
    }
    old.delete(name);
    update(element, thing);
    const next: Element | null = after === null ? parent.firstElementChild : after.nextElementSibling;
    if (next !== element) parent.insertBefore(element, next);
    after = element;
  }
  for (const gone of old.values()) gone.remove();
}

/** Call `handler` for presses on what carries `data-act="name"` inside `root`. */
export function onAct(
  root: Element,
  handlers: Record<string, (button: HTMLElement, event: Event) => void>,
): void {
  root.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-act]");
    if (button === null || !root.contains(button) || button.hasAttribute("disabled")) return;
    handlers[button.dataset.act ?? ""]?.(button, event);
  });
}

/** A short notice at the lower edge, read aloud; it goes by itself. */
export function toast(text: string, state: "ok" | "warn" | "danger" = "warn"): void {
  if (text === "") return;
  let shelf = document.querySelector<HTMLElement>(".live-toasts");
  if (shelf === null) {
    shelf = el("div", { class: "live-toasts", role: "status", "aria-live": "polite" });
    document.body.append(shelf);
  }
  const note = el("p", { class: `live-toast live-toast-${state}` }, text);
  shelf.append(note);
  setTimeout(() => {
    note.remove();
  }, 6000);
}
