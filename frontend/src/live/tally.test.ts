import { describe, expect, it } from "vitest";

import { bars, tallyView } from "./tally";
import type { HostTally, QuestionPart, RoomPart } from "./types";

const question: QuestionPart = {
  id: 1, seq: 1, kind: "single", stem: "几处？", options: ["一处", "两处"], state: "open",
  openedAt: 0, closesAt: 1, keyPoint: "", answer: "B", survey: false,
};

function room(id: number, name: string): RoomPart {
  return {
    id, name, className: "", host: false, assistant: "", enrolled: 10, devices: 0, online: null,
    gone: null, net: null, roll: null, hands: 0, spoke: false, answered: 0,
  };
}

const rooms = [room(7, "石笋坪"), room(9, "鹿回湾")];
const tally: HostTally = {
  question: 1, answered: 6, enrolled: 20, right: 0.5,
  choices: { A: { total: 3, rooms: { "7": 3 } }, B: { total: 3, rooms: { "7": 1, "9": 2 } } },
  rooms: {
    "7": { answered: 4, enrolled: 10, right: 0.25, way: "答题卡" },
    "9": { answered: 2, enrolled: 10, right: 1, way: "平板" },
  },
};

describe("tally", () => {
  it("stacks the rooms of each option in shares of all pupils", () => {
    const [first, second] = bars(question, tally, rooms);

    expect(first).toMatchObject({ letter: "A", total: 3, right: false });
    expect(first?.pieces).toEqual([{ room: 0, start: 0, width: 150, count: 3 }]);
    expect(second?.right).toBe(true);
    expect(second?.pieces).toEqual([
      { room: 0, start: 0, width: 50, count: 1 },
      { room: 1, start: 50, width: 100, count: 2 },
    ]);
  });

  it("draws a table with answered, right and way by room", () => {
    const place = document.createElement("div");
    place.append(tallyView(question, tally, rooms));
    const cells = Array.from(place.querySelectorAll("tbody tr:first-child > *")).map(
      (cell) => cell.textContent,
    );

    expect(cells).toEqual(["石笋坪", "4 / 10", "25%", "答题卡"]);
    expect(place.querySelectorAll(".live-option")).toHaveLength(2);
  });
});
