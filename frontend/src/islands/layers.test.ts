import { describe, expect, it } from "vitest";

import { type GraphData, layersOf, place, reach } from "./layers";

const node = (id: string): { id: string; label: string } => ({ id, label: id });
const graph = (nodes: string, edges: string[]): GraphData => ({
  nodes: nodes.split("").map(node),
  edges: edges.map((pair) => ({ from: pair[0]!, to: pair[1]! })),
});

describe("layersOf", () => {
  it("is the length of the longest way to a node", () => {
    const layers = layersOf(graph("abcd", ["ab", "bc", "ac", "ad"]));

    expect(Object.fromEntries(layers)).toEqual({ a: 0, b: 1, c: 2, d: 1 });
  });

  it("still ends when the data holds a cycle or an unknown node", () => {
    const layers = layersOf(graph("abc", ["ab", "bc", "ca", "xa"]));

    expect([...layers.keys()].sort()).toEqual(["a", "b", "c"]);
  });
});

describe("place", () => {
  it("gives every node its own place", () => {
    const placed = place(graph("abcdef", ["ad", "be", "cf", "af"]));

    expect(new Set(placed.map((one) => `${one.layer}:${one.row}`)).size).toBe(6);
  });

  it("takes out a crossing that can be avoided", () => {
    // a and b need swapping in the second layer: a → d and b → c cross as listed.
    const placed = place(graph("abcd", ["ad", "bc"]));
    const row = (id: string): number => placed.find((one) => one.id === id)!.row;

    expect(row("a") < row("b")).toBe(row("d") < row("c"));
  });

  it("places nothing for no nodes", () => {
    expect(place({ nodes: [], edges: [] })).toEqual([]);
  });
});

describe("reach", () => {
  const chain = graph("abcd", ["ab", "bc", "ad"]);

  it("finds all that a node needs", () => {
    expect([...reach(chain, "c", "before")].sort()).toEqual(["a", "b"]);
  });

  it("finds all that needs a node", () => {
    expect([...reach(chain, "a", "after")].sort()).toEqual(["b", "c", "d"]);
  });
});
