import { describe, expect, it } from "vitest";

import { Clock, countdown, elapsed, hourMinute, lasting } from "./clock";

describe("the server's time", () => {
  it("is rough at first and better with the quickest exchange", () => {
    let own = 1000;
    const clock = new Clock(() => own);
    clock.set(5000);
    expect([clock.now(), clock.trip]).toEqual([5000, null]);

    own = 1400;
    clock.learn(1000, 5300); // 400 ms there and back: they said 5300 about 200 ms ago.
    expect([clock.now(), clock.trip]).toEqual([5500, 400]);

    own = 2000;
    clock.learn(1980, 6010);
    expect([clock.now(), clock.trip]).toEqual([6020, 20]);

    own = 3000;
    clock.learn(1000, 9999); // Slow, so it says little.
    expect(clock.now()).toBe(7020);
  });

  it("forgets exchanges that are long past", () => {
    let own = 0;
    const clock = new Clock(() => own);
    clock.learn(0, 1000);
    for (let n = 1; n <= 8; n += 1) {
      own = n * 100;
      clock.learn(own - 50, own + 500);
    }
    expect(clock.now()).toBe(800 + 525);
  });
});

describe("time in words", () => {
  it("counts down and up", () => {
    expect([countdown(26_000), countdown(25_001), countdown(-5)]).toEqual(["0:26", "0:26", "0:00"]);
    expect([elapsed(1_104_999), elapsed(-1)]).toEqual(["18:24", "0:00"]);
  });

  it("speaks of hours in the region and of lengths", () => {
    expect(hourMinute(Date.UTC(2026, 10, 23, 1, 50))).toBe("09:50");
    expect([lasting(3400), lasting(60_000), lasting(180_000)]).toEqual(["3 秒", "1 分钟", "3 分钟"]);
  });
});
