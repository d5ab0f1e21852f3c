/** Menus and drawers are <details>; with a script they also close as people expect. */

/** Close open menus and the phone's navigation on Esc; menus also on a click elsewhere. */
export function closeMenus(root: Document): void {
  root.addEventListener("click", (event) => {
    for (const menu of root.querySelectorAll<HTMLDetailsElement>("details[data-menu-panel][open]")) {
      if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
    }
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    const open = root.querySelectorAll<HTMLDetailsElement>(
      "details[data-menu-panel][open], details[data-drawer][open]",
    );
    const last = open[open.length - 1];
    if (last !== undefined) close(last);
    else if (location.hash === "#menu") leavePhoneMenu(root);
  });
}

function leavePhoneMenu(root: Document): void {
  // Replaced, not pushed: Back must leave the page, not open the menu again.
  location.replace("#main");
  root.querySelector<HTMLElement>("[data-menu]")?.focus();
}

function close(panel: HTMLDetailsElement): void {
  panel.open = false;
  panel.querySelector("summary")?.focus();
}

/** Give each drawer a close button, and move the focus in when it opens. */
export function enhanceDrawers(root: Element): void {
  const inside = [...root.querySelectorAll<HTMLDetailsElement>("details[data-drawer]")];
  if (root instanceof HTMLDetailsElement && root.matches("[data-drawer]")) inside.push(root);
  for (const drawer of inside) enhance(drawer);
}

function enhance(drawer: HTMLDetailsElement): void {
  const head = drawer.querySelector(".drawer-head");
  if (head === null || head.querySelector("[data-close]") !== null) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-quiet";
  button.dataset.close = "";
  button.textContent = "关闭";
  button.addEventListener("click", () => {
    close(drawer);
  });
  head.append(button);
  drawer.addEventListener("toggle", () => {
    if (!drawer.open) return;
    const first = drawer.querySelector<HTMLElement>(
      ".drawer-body input:not([type=hidden]), .drawer-body select, .drawer-body textarea",
    );
    (first ?? button).focus();
  });
}
