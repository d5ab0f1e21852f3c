/** The big screen of a listening room: slides, the remote teacher, roll call, answer cards. */
import "./live.css";

import { el, fill, need, onAct, setAttribute, show, sync, toast, write } from "./dom";
import { hubOf, pageData } from "./hub";
import {
  LETTERS, Media, drawIcons, drawSlide, eachSecond, openDialog, part, play, showClock, showLink,
  shutDialog, timeLeft, told,
} from "./page";
import type { PupilPart } from "./types";

const root = need(document, "#live");
const data = pageData();
const hub = hubOf(data);
let calling = false;
let absent = new Set<number>();
let seat: number | null = null;
let microphone = false;
let readChat = 0;

const media = new Media(data, {
  track: (id, stream) => {
    if (id === "host") play(part<HTMLVideoElement>(root, "host-video"), stream);
  },
  people: (people) => {
    const host = people.find((one) => one.role === "host");
    const words = !host || host.away ? "等待主讲端" : host.paused || !host.video ? "画面暂停，声音正常" : "";
    write(part(root, "host-name"), words === "" ? data.lesson.teacher : `${data.lesson.teacher} · ${words}`);
  },
  state: () => {
    showLink(root, hub);
  },
});

function open(): boolean {
  return hub.parts.question?.state === "open";
}

/** Calling the roll comes first; afterwards the seats serve the question that runs. */
function mode(): "roll" | "cards" | "rest" {
  const rows = hub.parts.roster ?? [];
  if (calling || rows.every((one) => one.status === "")) return "roll";
  return open() ? "cards" : "rest";
}

function seatNote(one: PupilPart): string {
  if (mode() === "roll") return absent.has(one.id) ? "缺" : "到";
  if (one.status === "absent") return "缺";
  if (one.status === "leave") return "假";
  if (mode() === "cards") return one.done ? "已录" : one.linked ? "自己答" : "";
  return "";
}

function drawSeats(): void {
  const rows = hub.parts.roster ?? [];
  sync(
    part(root, "seats"),
    rows,
    (one) => one.id,
    (one) => el("button", { type: "button", class: "live-seat", "data-act": "seat", "data-pupil": one.id },
      el("span", {}, one.name), el("i", {}, "")),
    (button, one) => {
      const here = one.status !== "absent" && one.status !== "leave";
      write(button.lastElementChild, seatNote(one));
      setAttribute(button, "aria-pressed", mode() === "roll" ? (absent.has(one.id) ? "true" : "false") : seat === one.id ? "true" : "false");
      setAttribute(button, "disabled", mode() === "rest" || (mode() === "cards" && !here));
      button.classList.toggle("live-seat-off", mode() === "roll" ? absent.has(one.id) : !here);
      button.classList.toggle("live-seat-done", mode() === "cards" && one.done);
    },
  );
}

function drawTools(): void {
  const tools = part(root, "entry-tools");
  const { question } = hub.parts;
  const name = `${mode()}:${question?.id ?? 0}:${seat ?? 0}`;
  if (tools.getAttribute("data-shown") === name) return;
  tools.setAttribute("data-shown", name);
  if (mode() === "roll") {
    fill(tools, el("button", { type: "button", class: "btn btn-primary", "data-act": "roll-send" }, "提交点名"));
  } else if (mode() === "cards" && question) {
    const letters = question.options.map((_, index) => LETTERS[index] ?? "");
    fill(tools, ...letters.map((letter) =>
      el("button", { type: "button", class: "live-letter", "data-act": "letter", "data-letter": letter, disabled: seat === null }, letter)));
  } else {
    fill(tools);
  }
}

function drawEntry(): void {
  const rows = hub.parts.roster ?? [];
  const present = rows.filter((one) => one.status !== "absent" && one.status !== "leave");
  const done = rows.filter((one) => one.done).length;
  const words = {
    roll: ["点名", "默认到齐，点没到的学生，再点“提交点名”。", `${rows.length - absent.size} / ${rows.length} 到`],
    cards: ["代录答题卡", seat === null ? "点座位，再选字母；屏上只显示已录。" : "选字母；录完自动到下一个。", `${done} / ${present.length} 已录${hub.outbox.size > 0 ? `，${hub.outbox.size} 项待上传` : ""}`],
    rest: ["全班", "有随堂问时，可在这里代录答题卡。", `${present.length} / ${rows.length} 到课`],
  }[mode()];
  write(part(root, "entry-title"), words[0] ?? "");
  write(part(root, "entry-note"), words[1] ?? "");
  write(part(root, "entry-count"), words[2] ?? "");
  const roll = rows.some((one) => one.status !== "");
  write(part(root, "roll-count"), roll ? `到课 ${present.length} / ${rows.length}` : "未点名");
  drawSeats();
  drawTools();
}

function drawNow(): void {
  const { question, session, cue } = hub.parts;
  let now = session.state === "live" ? "看屏幕，跟老师一起学" : session.state === "ended" ? "下课了" : "等老师上课";
  let how = "";
  if (cue.floor === data.classId) now = "轮到我们发言，请打开麦克风";
  if (question) {
    now = question.stem;
    const options = question.options.map((text, index) => `${LETTERS[index] ?? ""} ${text}`).join("　");
    how = question.state === "open" ? `想好后举起答题卡，或用手机作答　${options}` : question.state === "revealed" && question.answer !== "" ? `答案：${question.answer}　${options}` : "作答结束，等老师讲评";
  }
  write(part(root, "now"), now);
  write(part(root, "how"), how);
  write(part(root, "left"), timeLeft(hub));
}

function draw(): void {
  const { session, deck } = hub.parts;
  drawSlide(part(root, "slide"), deck?.find((one) => one.no === session.slide));
  drawNow();
  drawEntry();
  const raised = (hub.parts.hands ?? []).some((hand) => hand.person === null);
  const hand = need(root, '[data-act="hand"]');
  setAttribute(hand, "aria-pressed", raised ? "true" : "false");
  write(need(hand, "[data-label]"), raised ? "放下手" : "举手发言");
  const chat = hub.parts.chat ?? [];
  sync(part(root, "chat"), chat, (one) => one.id,
    (one) => el("li", {}, el("b", {}, one.from), ` ${one.text}`), () => undefined);
  const unread = chat.filter((one) => one.id > readChat && one.class !== data.classId).length;
  write(part(root, "unread"), unread > 0 ? String(unread) : "");
  if (session.state === "open" || session.state === "live") void media.enter(true).then(applyMicrophone);
  if (session.state === "ended") media.leave();
}

function applyMicrophone(): void {
  const muted = !microphone || (hub.parts.cue.muted && hub.parts.cue.floor !== data.classId);
  media.room.setMuted(muted);
  const button = need(root, '[data-act="mic"]');
  setAttribute(button, "aria-pressed", muted ? "false" : "true");
  write(need(button, "[data-label]"), muted ? "麦克风关" : "麦克风开");
}

function enter(letter: string): void {
  const { question } = hub.parts;
  if (!question || seat === null) return;
  const pupil = seat;
  const rows = hub.parts.roster ?? [];
  const next = rows.find((one) => one.id !== pupil && !one.done && one.status !== "absent" && one.status !== "leave");
  seat = next?.id ?? null;
  void told(hub.act("answer", { question: question.id, choice: letter, pupil }, true));
  draw();
}

function sendRoll(): void {
  const statuses: Record<string, string> = {};
  for (const one of hub.parts.roster ?? []) statuses[String(one.id)] = absent.has(one.id) ? "absent" : "present";
  void told(hub.act("roll", { statuses }, true)).then((ok) => {
    if (ok) {
      calling = false;
      toast("点名已记录", "ok");
    }
    draw();
  });
}

drawIcons(root, { hand: "hand-stop", mic: "microphone", roll: "user-check", talk: "headphones", again: "refresh", leave: "x" });
onAct(document.body, {
  seat: (button) => {
    const pupil = Number(button.dataset.pupil);
    if (mode() === "roll") {
      if (absent.has(pupil)) absent.delete(pupil);
      else absent.add(pupil);
    } else {
      seat = seat === pupil ? null : pupil;
    }
    draw();
  },
  letter: (button) => {
    enter(button.dataset.letter ?? "");
  },
  roll: () => {
    calling = true;
    absent = new Set((hub.parts.roster ?? []).filter((one) => one.status === "absent").map((one) => one.id));
    draw();
  },
  "roll-send": sendRoll,
  hand: () => {
    const raised = (hub.parts.hands ?? []).some((hand) => hand.person === null);
    void told(hub.act("hand", { up: !raised }));
  },
  mic: () => {
    microphone = !microphone;
    applyMicrophone();
  },
  talk: () => {
    readChat = Math.max(0, ...(hub.parts.chat ?? []).map((one) => one.id));
    openDialog(part(document, "talk-dialog"));
    draw();
  },
  help: () => {
    void told(hub.act("help", { text: "听讲端需要技术支持" })).then((ok) => {
      if (ok) toast("已通知技术员", "ok");
    });
  },
  reconnect: () => {
    hub.reconnect();
  },
  shut: (button) => {
    shutDialog(button.closest("dialog"));
  },
});
part(document, "say").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = need<HTMLInputElement>(document, "#say-text");
  const text = field.value.trim();
  if (text !== "") void told(hub.act("say", { text })).then((ok) => { if (ok) field.value = ""; });
});
document.addEventListener("keydown", (event) => {
  if (mode() !== "cards" || seat === null || (event.target as Element).matches("input, textarea, select")) return;
  const letter = event.key.toUpperCase();
  if (LETTERS.slice(0, hub.parts.question?.options.length ?? 0).includes(letter)) enter(letter);
});

hub.onParts((changed) => {
  if (changed.has("cue")) applyMicrophone();
  draw();
});
hub.onStatus(() => {
  showLink(root, hub);
});
const REPORT_SECONDS = 5;
let bytesBefore = 0;

/** What the line carries goes to the host every few seconds. */
async function report(): Promise<void> {
  const received = await media.room.stats();
  const bytes = received.reduce((sum, one) => sum + one.bytes, 0);
  const kbps = Math.round(Math.max(0, bytes - bytesBefore) / 125 / REPORT_SECONDS);
  bytesBefore = bytes;
  const host = media.room.participants.find((one) => one.role === "host");
  const mode = host?.paused === true ? "audio" : "video";
  hub.signal({ t: "signal", mode, kbps, loss: 0, rtt: Math.round(hub.clock.trip ?? 0) });
}
setInterval(() => void report(), REPORT_SECONDS * 1000);
eachSecond(() => {
  showLink(root, hub);
  showClock(root, hub);
  drawNow();
});
show(part(root, "left"), true);
draw();
hub.start();
