import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { type GraphData, place } from "./layers";
import { define, neighbour, shorten } from "./unit-graph";

const DATA: GraphData = {
  nodes: [
    { id: "1", label: "分数的意义", state: "ok", href: "/points/1" },
    { id: "2", label: "约分" },
    { id: "3", label: "通分", note: "掌握 60%" },
  ],
  edges: [
    { from: "1", to: "2" },
    { from: "1", to: "3" },
  ],
};

beforeAll(define);
afterEach(() => {
  document.body.innerHTML = "";
});

function mount(data: GraphData): SVGGElement[] {
  document.body.innerHTML =
    `<script type="application/json" id="unit">${JSON.stringify(data)}</script>` +
    `<tk-unit-graph data-source="unit" data-title="知识点关系图"></tk-unit-graph>`;
  return [...document.querySelectorAll<SVGGElement>(".graph-node")];
}

describe("tk-unit-graph", () => {
  it("draws each key point and each need, and says them in words", () => {
    const nodes = mount(DATA);

    expect(nodes).toHaveLength(3);
    expect(document.querySelectorAll(".graph-edge")).toHaveLength(2);
    expect(nodes.map((each) => each.getAttribute("aria-label"))).toContain("通分，掌握 60%，先学：分数的意义");
  });

  it("lets only one node into the tab order, and moves it with the arrow keys", () => {
    const nodes = mount(DATA);

    nodes[0]!.focus();
    nodes[0]!.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));

    expect(nodes.map((each) => each.getAttribute("tabindex")).filter((index) => index === "0")).toHaveLength(1);
    expect(nodes[0]!.getAttribute("tabindex")).toBe("-1");
  });

  it("lights up the way of the node that is pointed at", () => {
    const nodes = mount(DATA);

    nodes[1]!.dispatchEvent(new Event("pointerenter"));
    expect(document.querySelectorAll(".graph-node-on")).toHaveLength(2);

    nodes[1]!.dispatchEvent(new Event("pointerleave"));
    expect(document.querySelectorAll(".graph-node-on")).toHaveLength(0);
  });

  it("stays empty, and so shows its list, when the page left no data", () => {
    document.body.innerHTML = `<tk-unit-graph data-source="missing"></tk-unit-graph>`;

    expect(document.querySelector("tk-unit-graph")!.childElementCount).toBe(0);
  });
});

describe("neighbour", () => {
  const placed = place(DATA);
  const at = (id: string): (typeof placed)[number] => placed.find((node) => node.id === id)!;

  it("goes left to what is needed and up or down inside a layer", () => {
    expect(neighbour(placed, DATA, at("3"), "ArrowLeft")?.id).toBe("1");
    expect(neighbour(placed, DATA, at("2"), "ArrowDown")?.id).toBe("3");
    expect(neighbour(placed, DATA, at("3"), "ArrowUp")?.id).toBe("2");
  });

  it("stays at the rim and ignores other keys", () => {
    expect(neighbour(placed, DATA, at("1"), "ArrowLeft")).toBeNull();
    expect(neighbour(placed, DATA, at("1"), "x")).toBeNull();
  });
});

describe("shorten", () => {
  it("cuts long labels by characters, not by bytes", () => {
    expect(shorten("加减混合运算顺序与简便算法")).toBe("加减混合运算顺序与…");
    expect(shorten("通分")).toBe("通分");
  });
});
