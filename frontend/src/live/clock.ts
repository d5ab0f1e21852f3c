/** The server's time on this device, from the quickest of the last exchanges; and time in words. */

const KEPT = 8;

export class Clock {
  private readonly samples: { offset: number; trip: number }[] = [];

  /** `now` is the device's own clock in ms. */
  constructor(private readonly own: () => number = Date.now) {}

  /** A rough first setting: the server's time when the page was made. */
  set(serverMs: number): void {
    if (this.samples.length === 0) {
      this.samples.push({ offset: serverMs - this.own(), trip: Number.MAX_SAFE_INTEGER });
    }
  }

  /** An answered ping: sent at `clientMs` by our clock, answered at `serverMs` by theirs. */
  learn(clientMs: number, serverMs: number): void {
    const trip = Math.max(0, this.own() - clientMs);
    this.samples.push({ offset: serverMs + trip / 2 - this.own(), trip });
    if (this.samples.length > KEPT) this.samples.shift();
  }

  /** The server's time now, in ms. */
  now(): number {
    return this.own() + this.best().offset;
  }

  /** The round trip of the best exchange in ms; null before any. */
  get trip(): number | null {
    const { trip } = this.best();
    return trip === Number.MAX_SAFE_INTEGER ? null : trip;
  }

  private best(): { offset: number; trip: number } {
    return this.samples.reduce(
      (best, one) => (one.trip <= best.trip ? one : best),
      this.samples[0] ?? { offset: 0, trip: Number.MAX_SAFE_INTEGER },
    );
  }
}

/** Milliseconds as 4:05; below zero as 0:00. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Milliseconds as 18:24, rounded down. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** A moment as 09:50 in the region's zone. */
export function hourMinute(ms: number): string {
  return new Intl.DateTimeFormat("zh-CN", {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
    timeZone: "Asia/Shanghai",
  }).format(ms);
}

/** How long something has lasted, in words. */
export function lasting(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 60 ? `${seconds} 秒` : `${Math.round(seconds / 60)} 分钟`;
}
