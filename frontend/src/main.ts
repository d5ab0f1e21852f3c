/** Runs on every page: styles, htmx, small behaviours of the shell, and the islands' loader. */
import "./styles/main.css";

import htmx from "htmx.org";

import { watchForIslands } from "./islands";
import { autoDismiss } from "./shell/notices";
import { confirmFirst } from "./shell/confirm";
import { closeMenus, enhanceDrawers } from "./shell/panels";
import { configureHtmx } from "./shell/requests";
import { autoSubmit, copyAndPrint, focusOnSlash, linkRows } from "./shell/small";
import { switchTheme } from "./shell/theme";
import { PART_EVENT, showUpload } from "./shell/upload";

configureHtmx(htmx);
switchTheme(document);
confirmFirst(document);
focusOnSlash(document);
autoSubmit(document);
copyAndPrint(document);
linkRows(document);
closeMenus(document);
showUpload(document);

function onPart(part: Element): void {
  autoDismiss(part);
  enhanceDrawers(part);
  void watchForIslands(part);
}

// htmx hands over the swapped node itself (and the body once, when the page is ready).
htmx.onLoad((part) => {
  onPart(part as Element);
});

document.addEventListener(PART_EVENT, (event) => {
  const part: unknown = (event as CustomEvent<unknown>).detail;
  if (!(part instanceof Element)) return;
  htmx.process(part);
  onPart(part);
});
