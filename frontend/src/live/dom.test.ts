import { beforeEach, describe, expect, it, vi } from "vitest";

import { el, fill, icon, need, onAct, setAttribute, show, sync, toast, write } from "./dom";

beforeEach(() => {
  document.body.textContent = "";
});

describe("building", () => {
  it("makes elements with attributes and children, and leaves out what is not there", () => {
    const made = el("p", { class: "a", hidden: true, id: null, title: 3 }, "一", false, el("b"));

    expect(made.outerHTML).toBe('<p class="a" hidden="" title="3">一<b></b></p>');
    fill(made, "二", null);
    expect(made.textContent).toBe("二");
    setAttribute(made, "hidden", false);
    show(made, true);
    expect(made.hidden).toBe(false);
    write(null, "nothing happens");
  });

  it("takes icons from the page's templates", () => {
    document.body.innerHTML = '<template data-icon="x"><svg></svg></template>';

    expect((icon("x", "big") as Element).outerHTML).toContain('class="big"');
    expect(icon("absent").textContent).toBe("");
    expect(() => need(document.body, ".absent")).toThrow(".absent");
  });
});

describe("lists", () => {
  const draw = (parent: Element, names: string[]): void => {
    sync(
      parent,
      names,
      (name) => name,
      () => el("li"),
      (item, name) => {
        write(item, name);
      },
    );
  };

  it("keeps the element of each thing through changes of order", () => {
    const list = el("ul", {}, el("li", {}, "written by the server"));
    draw(list, ["甲", "乙", "丙"]);
    const [first] = Array.from(list.children);

    draw(list, ["丙", "甲", "丁"]);

    expect(Array.from(list.children, (item) => item.textContent)).toEqual(["丙", "甲", "丁"]);
    expect(list.children[1]).toBe(first);
    draw(list, []);
    expect(list.children.length).toBe(0);
  });
});

describe("pressing", () => {
  it("finds the act of what was pressed, but not of what is switched off", () => {
    const pressed = vi.fn();
    const root = el("div", {}, el("button", { "data-act": "go" }, el("b")));
    document.body.append(root);
    onAct(root, { go: pressed });

    need(root, "b").click();
    setAttribute(need(root, "button"), "disabled", true);
    root.dispatchEvent(new Event("click"));

    expect(pressed).toHaveBeenCalledTimes(1);
  });

  it("shows a notice that goes by itself", () => {
    vi.useFakeTimers();
    toast("已提交", "ok");
    toast("");
    expect(document.querySelectorAll(".live-toast").length).toBe(1);
    vi.advanceTimersByTime(7000);
    expect(document.querySelectorAll(".live-toast").length).toBe(0);
    vi.useRealTimers();
  });
});
