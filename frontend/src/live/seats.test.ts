import { describe, expect, it } from "vitest";

import { here, modeOf, nextSeat, toggled, unsent, withUnsent } from "./seats";
import type { Act, PupilPart, QuestionPart } from "./types";

const pupil = (id: number, over: Partial<PupilPart> = {}): PupilPart => ({
  id,
  name: `学生${id}`,
  seat: id,
  status: "present",
  done: false,
  linked: false,
  ...over,
});

const question = { id: 7, state: "open" } as QuestionPart;
const act = (t: string, fields: object): Act => ({ t, id: t, at: 1, ...fields });

describe("what waits in the outbox", () => {
  it("is shown as recorded, for this question only", () => {
    const mine = unsent(
      [
        act("answer", { question: 7, pupil: 2, choice: "A" }),
        act("answer", { question: 6, pupil: 3, choice: "B" }),
        act("roll", { statuses: { "1": "absent" } }),
        act("hand", { up: true }),
      ],
      question,
    );
    const rows = withUnsent([pupil(1), pupil(2), pupil(3, { done: true })], mine);

    expect(rows.map((one) => [one.status, one.done])).toEqual([
      ["absent", false],
      ["present", true],
      ["present", true],
    ]);
    expect(unsent([], null)).toEqual({ answers: new Map(), roll: null });
  });
});

describe("the seats", () => {
  const wish = { calling: false, counting: false };

  it("serve the roll first, but a running question before it", () => {
    const fresh = [pupil(1, { status: "" })];

    expect(modeOf(fresh, null, wish)).toBe("roll");
    expect(modeOf(fresh, question, wish)).toBe("cards");
    expect(modeOf(fresh, question, { ...wish, counting: true })).toBe("counts");
    expect(modeOf([pupil(1)], null, wish)).toBe("rest");
    expect(modeOf([pupil(1)], question, { ...wish, calling: true })).toBe("roll");
    expect(modeOf([pupil(1)], { ...question, state: "closed" }, wish)).toBe("rest");
  });

  it("go on to the next child who is there and not recorded, around the room", () => {
    const rows = [pupil(1), pupil(2, { done: true }), pupil(3, { status: "leave" }), pupil(4)];

    expect(nextSeat(rows, 1)).toBe(4);
    expect(nextSeat(rows, 4)).toBe(1);
    expect(nextSeat(rows, null)).toBe(1);
    expect(nextSeat([pupil(1)], 1)).toBeNull();
    expect(here(pupil(1, { status: "late" }))).toBe(true);
  });

  it("put letters in and out in order", () => {
    expect(toggled("", "C")).toBe("C");
    expect(toggled("C", "A")).toBe("AC");
    expect(toggled("AC", "C")).toBe("A");
  });
});
