import { describe, expect, it } from "vitest";

import { deviceFault, judgeTrip, loudness } from "./check";

describe("the device check", () => {
  it("judges a line by its round trip", () => {
    expect(judgeTrip(46.4)).toEqual({ state: "ok", word: "正常", note: "往返 46 毫秒。" });
    expect(judgeTrip(900).state).toBe("warn");
    expect(judgeTrip(null).state).toBe("danger");
  });

  it("measures silence as nothing and a voice as something", () => {
    expect(loudness(new Uint8Array(64).fill(128))).toBe(0);
    expect(loudness(new Uint8Array(0))).toBe(0);
    const wave = Uint8Array.from({ length: 64 }, (_, n) => (n % 2 ? 148 : 108));
    expect(loudness(wave)).toBeCloseTo(0.47, 2);
    expect(loudness(Uint8Array.from({ length: 64 }, (_, n) => (n % 2 ? 255 : 0)))).toBe(1);
  });

  it("says what a teacher can do about a device", () => {
    const named = (name: string): Error => Object.assign(new Error(), { name });
    expect(deviceFault(named("NotAllowedError"))).toContain("允许");
    expect(deviceFault(named("NotFoundError"))).toContain("插好");
    expect(deviceFault(named("NotReadableError"))).toContain("占用");
    expect(deviceFault("?")).toContain("技术员");
  });
});
