import { describe, expect, it } from "vitest";

import { best, next, note, open, type Target } from "./targets";

function cell(weekday: number, seq: number, more: Partial<Target> = {}): Target {
  return {
    weekday, seq, words: `周${weekday}第 ${seq} 节`, clock: "08:30–09:10", legal: true, delta: 0,
    points: "总分不变", reasons: [], room: null, roomName: "", here: false, swap: null, swapName: "", ...more,
  };
}

describe("targets", () => {
  it("takes the fewest points, and never where it stands", () => {
    const cells = [cell(1, 1, { here: true, delta: -9 }), cell(1, 2, { delta: 2 }), cell(2, 1, { delta: -3 })];
    expect(best(cells)?.weekday).toBe(2);
    expect(best([cell(1, 1, { legal: false })])).toBeNull();
  });

  it("jumps over what is blocked, and stays where nothing lies ahead", () => {
    const cells = [cell(1, 1), cell(2, 1, { legal: false }), cell(4, 1), cell(1, 5)];
    expect(next(cells, cells[0]!, "right")).toBe(cells[2]);
    expect(next(cells, cells[0]!, "down")).toBe(cells[3]);
    expect(next(cells, cells[0]!, "left")).toBe(cells[0]);
    expect(next(cells, cells[3]!, "up")).toBe(cells[0]);
  });

  it("opens a blocked period for a swap only", () => {
    expect(open(cell(1, 1, { legal: false }))).toBe(false);
    expect(open(cell(1, 1, { legal: false, swap: 7 }))).toBe(true);
    expect(open(cell(1, 1, { here: true }))).toBe(false);
  });

  it("says why", () => {
    expect(note(cell(1, 1, { roomName: "操场", points: "总分 −3" }))).toBe("可放 · 总分 −3 · 操场");
    expect(note(cell(1, 1, { legal: false, reasons: ["王老师有课", "操场被占"] }))).toBe("王老师有课；操场被占");
    expect(note(cell(1, 1, { legal: false, swap: 3, swapName: "数学" }))).toBe("可与数学对调");
  });
});
