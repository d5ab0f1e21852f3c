/** How the pages talk to the server through htmx: strict CSP, refusals are shown in place. */
import type htmxType from "htmx.org";

import { notice } from "./notices";

type Htmx = typeof htmxType;

/**
 * Set htmx up once: no eval, no injected styles, and answers 409 (refused) and 422 (invalid
 * form) swapped like any other, because they carry the part with its message.
 */
export function configureHtmx(htmx: Htmx): void {
  htmx.config.includeIndicatorStyles = false;
  htmx.config.allowEval = false;
  htmx.config.selfRequestsOnly = true;
  htmx.config.historyCacheSize = 0;
  htmx.config.scrollIntoViewOnBoost = false;
  htmx.config.responseHandling = [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "409", swap: true },
    { code: "422", swap: true },
    { code: "...", swap: false, error: true },
  ];
  document.addEventListener("htmx:responseError", (event) => {
    notice(sentence(statusOf(event)), "danger");
  });
  document.addEventListener("htmx:sendError", () => {
    notice("网络不通，没有送到服务器。请检查网络后再试一次。", "danger");
  });
}

function statusOf(event: Event): number {
  const detail: unknown = (event as CustomEvent<unknown>).detail;
  if (typeof detail !== "object" || detail === null || !("xhr" in detail)) return 0;
  return (detail.xhr as XMLHttpRequest).status;
}

/** What to tell the person about an answer that carries no part of the page. */
export function sentence(status: number): string {
  if (status === 401 || status === 403) return "登录可能已经过期，请刷新页面后再试。";
  if (status === 404) return "没有找到，它可能刚被移走。请刷新页面。";
  if (status === 413) return "文件太大，服务器没有收下。";
  if (status === 429) return "太快了，请稍等一会儿再试。";
  return "没有成功，请稍后再试一次。";
}
