/** The tally of a quick question as elements: bars stacked by room, and a table with the same. */

import { el } from "./dom";
import { LETTERS } from "./page";
import type { HostTally, QuestionPart, RoomPart } from "./types";

/** One bar: letter, text, stacked shares of the rooms in per mille of all pupils, and the number. */
export interface Bar {
  letter: string;
  text: string;
  total: number;
  right: boolean;
  pieces: { room: number; start: number; width: number; count: number }[];
}

/** What the bars show; pure, so that it can be tested by hand. */
export function bars(question: QuestionPart, tally: HostTally, rooms: RoomPart[]): Bar[] {
  const whole = Math.max(1, tally.enrolled);
  return question.options.map((text, index) => {
    const letter = LETTERS[index] ?? "?";
    const counts = tally.choices[letter]?.rooms ?? {};
    let start = 0;
    const pieces = rooms.flatMap((room, place) => {
      const count = counts[String(room.id)] ?? 0;
      if (count === 0) return [];
      const width = Math.round((1000 * count) / whole);
      const piece = { room: place, start, width, count };
      start += width;
      return [piece];
    });
    const right = question.answer.includes(letter);
    return { letter, text, total: tally.choices[letter]?.total ?? 0, right, pieces };
  });
}

const WAYS: Record<string, string> = { device: "手机", entered: "代录", cards: "答题卡", mixed: "多种" };
const SVG = "http://www.w3.org/2000/svg";

function drawing(bar: Bar): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 1000 20");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "live-bar-drawing");
  svg.setAttribute("aria-hidden", "true");
  for (const piece of bar.pieces) {
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("x", String(piece.start));
    rect.setAttribute("width", String(piece.width));
    rect.setAttribute("height", "20");
    rect.setAttribute("class", `live-room-${piece.room % 5}`);
    svg.append(rect);
  }
  return svg;
}

/** Bars and table of the host's and the observer's panel. */
export function tallyView(
  question: QuestionPart,
  tally: HostTally,
  rooms: RoomPart[],
): DocumentFragment {
  const made = document.createDocumentFragment();
  for (const bar of bars(question, tally, rooms)) {
    made.append(
      el(
        "div",
        { class: bar.right ? "live-option live-option-right" : "live-option" },
        el("b", {}, bar.letter),
        el("span", {}, bar.right ? `${bar.text}（正确）` : bar.text),
        el("span", { class: "num" }, `${bar.total} 人`),
        drawing(bar),
      ),
    );
  }
  const rows = rooms.map((room, place) => {
    const one = tally.rooms[String(room.id)];
    const right = one?.right ?? null;
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, el("i", { class: `live-dot live-dot-${place % 5}` }), room.name),
      el("td", { class: "num" }, `${one?.answered ?? 0} / ${one?.enrolled ?? room.enrolled}`),
      el("td", { class: "num" }, right === null ? "—" : `${Math.round(right * 100)}%`),
      el("td", {}, WAYS[one?.way ?? ""] ?? one?.way ?? ""),
    );
  });
  made.append(
    el(
      "table",
      { class: "live-table" },
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          el("th", {}, "教室"),
          el("th", { class: "num" }, "已答"),
          el("th", { class: "num" }, "答对"),
          el("th", {}, "方式"),
        ),
      ),
      el("tbody", {}, ...rows),
    ),
  );
  return made;
}
