import { describe, expect, it } from "vitest";

import { changes, pauseMs } from "./rtc-protocol";
import type { Participant } from "./rtc-protocol";

function seated(id: string, slot: number | null): Participant {
  return {
    id,
    name: id,
    role: "room",
    slot,
    audio: true,
    video: true,
    paused: false,
    stalled: false,
    away: false,
  };
}

describe("changes", () => {
  it("names who has got a slot and who has lost theirs", () => {
    const before = [seated("hill", 0), seated("lake", 1)];
    const after = [seated("lake", 1), seated("mountain", 0)];

    expect(changes(before, after)).toEqual({ come: ["mountain"], gone: ["hill"] });
  });

  it("takes nobody for present before there is a slot", () => {
    expect(changes([], [seated("hill", null)])).toEqual({ come: [], gone: [] });
    expect(changes([seated("hill", null)], [seated("hill", 2)]).come).toEqual(["hill"]);
    expect(changes([seated("hill", 2)], [seated("hill", null)]).gone).toEqual(["hill"]);
  });

  it("says nothing when only names, microphones or lines have changed", () => {
    const hill = seated("hill", 0);

    expect(changes([hill], [{ ...hill, audio: false, paused: true, away: true }])).toEqual({
      come: [],
      gone: [],
    });
  });
});

describe("pauseMs", () => {
  it("comes back quickly at first and never waits longer than five seconds", () => {
    expect([0, 1, 2, 3, 4, 5, 100].map(pauseMs)).toEqual([200, 500, 1000, 2000, 3000, 5000, 5000]);
  });

  it("makes three attempts within two seconds", () => {
    expect(pauseMs(0) + pauseMs(1) + pauseMs(2)).toBeLessThan(2000);
  });
});
