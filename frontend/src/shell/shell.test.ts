import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { confirmFirst } from "./confirm";
import { autoDismiss, notice } from "./notices";
import { closeMenus, enhanceDrawers } from "./panels";
import { configureHtmx, sentence } from "./requests";
import { autoSubmit, focusOnSlash, linkRows } from "./small";
import { switchTheme } from "./theme";
import { progressWords } from "./upload";

type Htmx = Parameters<typeof configureHtmx>[0];
const htmx = { config: {} } as Htmx;

beforeAll(() => {
  configureHtmx(htmx);
  confirmFirst(document);
  focusOnSlash(document);
  autoSubmit(document);
  linkRows(document);
  closeMenus(document);
  switchTheme(document);
});

beforeEach(() => {
  document.body.innerHTML = `<div id="notices"></div>`;
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  localStorage.clear();
  delete document.documentElement.dataset.theme;
});

function add(html: string): HTMLElement {
  const box = document.createElement("div");
  box.innerHTML = html;
  document.body.append(box);
  return box;
}

describe("htmx", () => {
  it("runs no code from pages and injects no styles", () => {
    expect(htmx.config).toMatchObject({ allowEval: false, includeIndicatorStyles: false });
  });

  it("swaps refusals and invalid forms, and nothing of other errors", () => {
    const rule = (code: string): boolean | undefined =>
      htmx.config.responseHandling.find((one) => new RegExp(one.code ?? "^$").test(code))?.swap;

    expect(["200", "409", "422"].map(rule)).toEqual([true, true, true]);
    expect(["204", "403", "404", "500"].map(rule)).toEqual([false, false, false, false]);
  });

  it("tells the person about a request that failed", () => {
    document.dispatchEvent(new CustomEvent("htmx:responseError", { detail: { xhr: { status: 404 } } }));

    expect(document.getElementById("notices")!.textContent).toContain("没有找到");
    expect(sentence(500)).toContain("稍后");
  });
});

describe("notices", () => {
  it("lets a good one leave by itself and keeps a bad one", () => {
    vi.useFakeTimers();
    notice("已保存", "ok");
    notice("没有保存", "danger");

    vi.advanceTimersByTime(7000);

    expect(document.getElementById("notices")!.textContent).toBe("没有保存");
  });

  it("stays while the pointer is on it", () => {
    vi.useFakeTimers();
    const part = add(`<p data-dismiss>已保存</p>`);
    autoDismiss(part);

    part.firstElementChild!.dispatchEvent(new Event("pointerenter"));
    vi.advanceTimersByTime(9000);

    expect(part.textContent).toBe("已保存");
  });
});

describe("data-confirm", () => {
  it("goes on only after a yes", async () => {
    const done = vi.fn();
    const button = add(`<button class="btn" data-confirm="删除吗？">删除</button>`).querySelector("button")!;
    button.addEventListener("click", done);

    button.click();
    expect(done).not.toHaveBeenCalled();
    document.querySelector("dialog")!.close("yes");

    await vi.waitFor(() => {
      expect(done).toHaveBeenCalledTimes(1);
    });
  });

  it("stays after a no, and asks again the next time", async () => {
    const done = vi.fn();
    const button = add(`<button class="btn" data-confirm="删除吗？">删除</button>`).querySelector("button")!;
    button.addEventListener("click", done);

    button.click();
    document.querySelector("dialog")!.close("no");
    await vi.waitFor(() => {
      expect(document.querySelector("dialog")).toBeNull();
    });
    button.click();

    expect(done).not.toHaveBeenCalled();
    expect(document.querySelector("dialog")!.textContent).toContain("删除吗？");
  });
});

describe("the key /", () => {
  const slash = (target: EventTarget): void => {
    target.dispatchEvent(new KeyboardEvent("keydown", { key: "/", bubbles: true, cancelable: true }));
  };

  it("moves to the search box", () => {
    const box = add(`<input data-slash-focus>`).querySelector("input")!;

    slash(document.body);

    expect(document.activeElement).toBe(box);
  });

  it("is an ordinary character while typing", () => {
    const page = add(`<input data-slash-focus><textarea></textarea>`);
    const words = page.querySelector("textarea")!;
    words.focus();

    slash(words);

    expect(document.activeElement).toBe(words);
  });
});

describe("forms and rows", () => {
  it("submits a marked form when a select changes, and no other", () => {
    const page = add(`<form data-auto-submit><select></select></form><form><select></select></form>`);
    const sent: string[] = [];
    [...page.querySelectorAll("form")].forEach((form, index) => {
      form.requestSubmit = () => sent.push(String(index));
    });

    for (const select of page.querySelectorAll("select")) {
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }

    expect(sent).toEqual(["0"]);
  });

  it("follows a row's link from any plain cell, but not from a button in it", () => {
    const followed = vi.fn();
    const page = add(
      `<table><tr><td><a class="row-link" href="#x">甲</a></td><td id="plain">乙</td><td><button type="button">丙</button></td></tr></table>`,
    );
    page.querySelector("a")!.addEventListener("click", followed);

    page.querySelector("button")!.click();
    expect(followed).not.toHaveBeenCalled();
    page.querySelector<HTMLElement>("#plain")!.click();

    expect(followed).toHaveBeenCalledTimes(1);
  });
});

describe("menus and drawers", () => {
  const escape = (): void => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  };

  it("closes a menu on a click elsewhere and on Esc", () => {
    const menu = add(`<details data-menu-panel open><summary>我</summary></details><p>别处</p>`).querySelector("details")!;

    document.querySelector("p")!.click();
    expect(menu.open).toBe(false);

    menu.open = true;
    escape();
    expect(menu.open).toBe(false);
  });

  it("gives a drawer one close button, however often its part is loaded", () => {
    const part = add(
      `<details data-drawer open><summary>说明</summary><div class="drawer-panel"><div class="drawer-head"></div></div></details>`,
    );

    enhanceDrawers(part);
    enhanceDrawers(part);
    const buttons = part.querySelectorAll<HTMLButtonElement>("[data-close]");
    buttons[0]!.click();

    expect(buttons).toHaveLength(1);
    expect(part.querySelector("details")!.open).toBe(false);
  });
});

describe("theme", () => {
  it("changes at once, is remembered here and told to the server", () => {
    const told = vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response());
    const form = add(
      `<form data-theme-form action="/theme/"><input type="hidden" name="next" value="/"><button name="theme" value="dark">深色</button></form>`,
    ).querySelector("form")!;
    const submitter = form.querySelector("button")!;

    form.dispatchEvent(new SubmitEvent("submit", { submitter, bubbles: true, cancelable: true }));

    expect(document.documentElement.dataset.theme).toBe("dark");
    expect(localStorage.getItem("tongke-theme")).toBe("dark");
    const body = told.mock.calls[0]?.[1]?.body as URLSearchParams;
    expect(body.toString()).toBe("next=%2F&theme=dark");
  });
});

describe("upload", () => {
  it("says how much has gone, and that the server works once all has", () => {
    expect(progressWords(3355443, 12582912)).toBe("已传 3.2 / 12.0 MB");
    expect(progressWords(10, 10)).toContain("正在检查");
  });
});
