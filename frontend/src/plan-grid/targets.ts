/** Where a lesson that was picked up may go, as the server says it. */

export interface Target {
  weekday: number;
  seq: number;
  words: string;
  clock: string;
  legal: boolean;
  delta: number;
  points: string;
  reasons: string[];
  room: number | null;
  roomName: string;
  here: boolean;
  swap: number | null;
  swapName: string;
}

export interface Options {
  revision: number;
  name: string;
  length: number;
  cells: Target[];
}

export type Direction = "left" | "right" | "up" | "down";

/** Whether a lesson may be dropped there: a free period, or one whose lesson it may swap with. */
export function open(target: Target): boolean {
  return !target.here && (target.legal || target.swap !== null);
}

/** The best place: the fewest points; the earliest of equals. Null when there is none. */
export function best(cells: readonly Target[]): Target | null {
  let found: Target | null = null;
  for (const cell of cells) {
    if (!cell.legal || cell.here) continue;
    if (found === null || cell.delta < found.delta) found = cell;
  }
  return found;
}

/**
 * The next open place in a direction: the nearest in that direction, where a step sideways counts
 * double, so that arrows feel like those of a table. The same place when there is none.
 */
export function next(cells: readonly Target[], from: Target, direction: Direction): Target {
  let found = from;
  let least = Infinity;
  for (const cell of cells) {
    if (!open(cell)) continue;
    const across = cell.weekday - from.weekday;
    const down = cell.seq - from.seq;
    const [ahead, aside] = {
      left: [-across, down],
      right: [across, down],
      up: [-down, across],
      down: [down, across],
    }[direction] as [number, number];
    const far = ahead + 2 * Math.abs(aside);
    if (ahead > 0 && far < least) {
      least = far;
      found = cell;
    }
  }
  return found;
}

/** What the cell says, and what is read out when it is reached. */
export function note(target: Target): string {
  if (target.here) return "现在在这里";
  if (target.legal) return [`可放 · ${target.points}`, target.roomName].filter((one) => one !== "").join(" · ");
  if (target.swap !== null) return `可与${target.swapName}对调`;
  return target.reasons.join("；") || "不能放";
}
