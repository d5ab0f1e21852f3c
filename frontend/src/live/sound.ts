/** Sound before picture: since when the line is too weak for the picture, and what to say of it. */

import { lasting } from "./clock";

/** A change that does not last this long is no news for the lesson's log. */
const STEADY_MS = 5000;

export class SoundFirst {
  /** Whether the picture is held back now. */
  first = false;
  private since = 0;
  private told: "audio" | "video" = "video";

  /** The engine says whether it holds the host's picture back. */
  hear(paused: boolean, nowMs: number): void {
    if (paused === this.first) return;
    this.first = paused;
    this.since = nowMs;
  }

  /** What the line above the stage says; empty while the picture is there. */
  words(nowMs: number): string {
    if (!this.first) return "";
    const still = "声音和课件不受影响，画面恢复后自动出现。";
    return `网络变慢，已改为声音优先。${still}已持续 ${lasting(nowMs - this.since)}`;
  }

  /** The mode to write into the log, once, when it has lasted; else empty. */
  news(nowMs: number): "" | "audio" | "video" {
    const now = this.first ? "audio" : "video";
    if (now === this.told || nowMs - this.since < STEADY_MS) return "";
    this.told = now;
    return now;
  }
}
