/** The seat map of a listening room: what is recorded here, also before the server has it. Pure. */

import type { Act, PupilPart, QuestionPart } from "./types";

export type Status = PupilPart["status"];
export type Mode = "roll" | "cards" | "counts" | "rest";

/** What this device has done and the server has not yet confirmed. */
export interface Unsent {
  /** Pupil id → letters entered for the question that runs. */
  answers: Map<number, string>;
  /** Pupil id → status of a roll on its way; null when none is. */
  roll: Map<number, Status> | null;
}

/** Read what waits in the outbox. */
export function unsent(acts: readonly Act[], question: QuestionPart | null | undefined): Unsent {
  const answers = new Map<number, string>();
  let roll: Map<number, Status> | null = null;
  for (const act of acts) {
    if (act.t === "answer" && question && act.question === question.id) {
      answers.set(Number(act.pupil), String(act.choice));
    } else if (act.t === "roll") {
      const given = Object.entries(act.statuses as Record<string, Status>);
      roll = new Map(given.map(([pupil, status]) => [Number(pupil), status]));
    }
  }
  return { answers, roll };
}

/** The roster as the teacher has left it: unsent rolls and answers are shown as done. */
export function withUnsent(rows: readonly PupilPart[], mine: Unsent): PupilPart[] {
  return rows.map((one) => ({
    ...one,
    status: mine.roll?.get(one.id) ?? one.status,
    done: one.done || mine.answers.has(one.id),
  }));
}

/** Whether a pupil sits in the room, as far as anybody knows. */
export function here(one: PupilPart): boolean {
  return one.status !== "absent" && one.status !== "leave";
}

/**
 * What the seats serve now. A running question comes first: its time runs, the roll can wait,
 * unless the teacher has asked for it.
 */
export function modeOf(
  rows: readonly PupilPart[],
  question: QuestionPart | null | undefined,
  wish: { calling: boolean; counting: boolean },
): Mode {
  if (wish.calling) return "roll";
  if (question?.state === "open") return wish.counting ? "counts" : "cards";
  return rows.every((one) => one.status === "") ? "roll" : "rest";
}

/** The next seat to enter an answer for: after `from`, around the room; null when all are done. */
export function nextSeat(rows: readonly PupilPart[], from: number | null): number | null {
  const open = (one: PupilPart): boolean => here(one) && !one.done && one.id !== from;
  const place = rows.findIndex((one) => one.id === from);
  const order = [...rows.slice(place + 1), ...rows.slice(0, place + 1)];
  return order.find(open)?.id ?? null;
}

/** A letter pressed once more goes out again; letters stay in order. */
export function toggled(choice: string, letter: string): string {
  const now = new Set(choice);
  if (!now.delete(letter)) now.add(letter);
  return [...now].sort().join("");
}
