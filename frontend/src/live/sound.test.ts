import { describe, expect, it } from "vitest";

import { SoundFirst } from "./sound";

describe("sound before picture", () => {
  it("says since when and what still works", () => {
    const sound = new SoundFirst();
    expect(sound.words(0)).toBe("");

    sound.hear(true, 1000);
    sound.hear(true, 9000);

    expect(sound.words(181_000)).toContain("声音优先");
    expect(sound.words(181_000)).toContain("已持续 3 分钟");
    sound.hear(false, 200_000);
    expect(sound.words(200_000)).toBe("");
  });

  it("is news once, and only when it lasts", () => {
    const sound = new SoundFirst();
    sound.hear(true, 1000);
    expect(sound.news(3000)).toBe("");
    expect(sound.news(6000)).toBe("audio");
    expect(sound.news(9000)).toBe("");

    sound.hear(false, 10_000);
    sound.hear(true, 11_000);
    expect(sound.news(20_000)).toBe("");
    sound.hear(false, 21_000);
    expect(sound.news(26_000)).toBe("video");
  });
});
