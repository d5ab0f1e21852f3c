/** The big screen of a listening room: slides, the remote teacher, roll call, answer cards. */
import "./live.css";

import { el, fill, need, onAct, setAttribute, show, sync, toast, write } from "./dom";
import { hubOf, pageData } from "./hub";
import {
  LETTERS, Media, drawIcons, drawSlide, eachSecond, isPhone, openDialog, part, play, showClock, showLink,
  shutDialog, timeLeft, told,
} from "./page";
import { here, modeOf, nextSeat, toggled, unsent, withUnsent } from "./seats";
import type { Mode } from "./seats";
import { SoundFirst } from "./sound";
import type { PupilPart } from "./types";

const root = need(document, "#live");
const data = pageData();
const hub = hubOf(data);
let calling = false;
let absent = new Set<number>();
let seat: number | null = null;
let microphone = false;
let readChat = 0;
let counting = false;
/** Letters chosen for a seat when several options may be right. */
let letters = "";
/** Cards counted for a question, by letter, before they are handed in. */
let counts = { question: 0, by: new Map<string, number>() };
/** The page looked at by ourselves while the host is away; null follows the host. */
let ownSlide: number | null = null;
const sound = new SoundFirst();
const phone = isPhone();

const media = new Media(data, {
  track: (id, stream) => {
    if (id === "host") play(part<HTMLVideoElement>(root, "host-video"), stream);
  },
  people: (people) => {
    const host = people.find((one) => one.role === "host");
    sound.hear(host?.paused === true, hub.clock.now());
    showHost();
    showLine();
  },
  state: () => {
    showHost();
    showLine();
  },
});

/** The host's name, and why there is no picture when there is none. */
function showHost(): void {
  const host = media.room.participants.find((one) => one.role === "host");
  let words = "";
  if (media.room.state !== "joined") words = phone ? "画面看大屏幕" : "画面未连接，课件和互动可用";
  else if (!host || host.away) words = "等待主讲端";
  else if (host.paused) words = "画面暂停，声音正常";
  else if (!host.video) words = "摄像头关着，声音正常";
  write(part(root, "host-name"), words === "" ? data.lesson.teacher : `${data.lesson.teacher} · ${words}`);
}

/** The line above the stage: a lost network first, else that sound goes before picture. */
function showLine(): void {
  showLink(root, hub);
  if (hub.lostAt !== null || hub.status === "denied") return;
  const words = sound.words(hub.clock.now());
  show(part(root, "strip"), words !== "");
  write(part(root, "strip"), words);
}

function roster(): PupilPart[] {
  return withUnsent(hub.parts.roster ?? [], unsent(hub.outbox.waiting(), hub.parts.question));
}

function mode(): Mode {
  return modeOf(roster(), hub.parts.question, { calling, counting });
}

function seatNote(one: PupilPart): string {
  if (mode() === "roll") return absent.has(one.id) ? "缺" : "到";
  if (one.status === "absent") return "缺";
  if (one.status === "leave") return "假";
  if (mode() === "cards") return one.done ? "✓" : one.linked ? "自己答" : "";
  return "";
}

function drawSeats(): void {
  const now = mode();
  if (now === "counts") {
    drawCounts();
    return;
  }
  sync(
    part(root, "seats"),
    roster(),
    (one) => one.id,
    (one) => el("button", { type: "button", class: "live-seat", "data-act": "seat", "data-pupil": one.id },
      el("span", {}, one.name), el("i", {}, "")),
    (button, one) => {
      const off = now === "roll" ? absent.has(one.id) : !here(one);
      write(button.lastElementChild, seatNote(one));
      setAttribute(button, "aria-pressed", (now === "roll" ? absent.has(one.id) : seat === one.id) ? "true" : "false");
      setAttribute(button, "disabled", now === "rest" || (now === "cards" && !here(one)));
      button.classList.toggle("live-seat-off", off);
      button.classList.toggle("live-seat-done", now === "cards" && one.done);
    },
  );
}

/** One tile for each letter: fewer, how many, more. */
function drawCounts(): void {
  const { question } = hub.parts;
  if (!question) return;
  if (counts.question !== question.id) counts = { question: question.id, by: new Map() };
  const step = (letter: string, by: number, sign: string, words: string): HTMLElement =>
    el("button", { type: "button", class: "live-step", "data-act": "step", "data-letter": letter, "data-by": by, "aria-label": `${letter} ${words}` }, sign);
  sync(
    part(root, "seats"),
    LETTERS.slice(0, question.options.length),
    (letter) => `count-${letter}`,
    (letter) => el("div", { class: "live-count" }, el("b", {}, letter), step(letter, -1, "−", "减一人"),
      el("span", { class: "live-count-number" }, "0"), step(letter, 1, "＋", "加一人")),
    (tile, letter) => {
      write(tile.querySelector(".live-count-number"), String(counts.by.get(letter) ?? 0));
    },
  );
}

function toolButton(act: string, words: string, main = false): HTMLElement {
  return el("button", { type: "button", class: main ? "btn btn-primary" : "btn", "data-act": act }, words);
}

function drawTools(): void {
  const tools = part(root, "entry-tools");
  const { question } = hub.parts;
  const name = `${mode()}:${question?.id ?? 0}:${seat ?? 0}:${letters}:${calling ? 1 : 0}`;
  if (tools.getAttribute("data-shown") === name) return;
  tools.setAttribute("data-shown", name);
  if (mode() === "roll") {
    fill(tools, toolButton("roll-send", "提交点名", true), calling && toolButton("roll-stop", "不点了"));
  } else if (mode() === "counts") {
    fill(tools, toolButton("counts-send", "提交人数", true), toolButton("by-seat", "改为按座位"));
  } else if (mode() === "cards" && question) {
    const several = question.kind === "multiple";
    const keys = question.options.map((_, index) => LETTERS[index] ?? "");
    fill(tools, ...keys.map((letter) =>
      el("button", { type: "button", class: "live-letter", "data-act": "letter", "data-letter": letter, disabled: seat === null, "aria-pressed": several ? (letters.includes(letter) ? "true" : "false") : null }, letter)),
    several && seat !== null && toolButton("letters-done", "录入", true), toolButton("by-count", "只数人数"));
  } else {
    fill(tools);
  }
}

function entryWords(rows: PupilPart[]): [string, string, string] {
  const present = rows.filter(here);
  const done = present.filter((one) => one.done).length;
  const waiting = hub.outbox.size > 0 ? `，${hub.outbox.size} 项待上传` : "，已上传";
  switch (mode()) {
    case "roll":
      return ["点名", "默认到齐，点没到的学生，再点“提交点名”。", `${rows.length - absent.size} / ${rows.length} 到`];
    case "cards":
      return ["代录答题卡", seat === null ? "点座位，再选字母；屏上只显示已录。" : "选字母；录完自动到下一个。", `${done} / ${present.length} 已录${done > 0 ? waiting : ""}`];
    case "counts":
      return ["数答题卡", "数一数举每个字母的人数，再提交；不记姓名。", `合计 ${[...counts.by.values()].reduce((sum, one) => sum + one, 0)} / ${present.length} 人`];
    case "rest":
      return ["全班", "有随堂问时，可在这里代录答题卡。", `${present.length} / ${rows.length} 到课`];
  }
}

function drawEntry(): void {
  const rows = roster();
  const [title, note, count] = entryWords(rows);
  write(part(root, "entry-title"), title);
  write(part(root, "entry-note"), note);
  write(part(root, "entry-count"), count);
  const roll = rows.some((one) => one.status !== "");
  write(part(root, "roll-count"), roll ? `到课 ${rows.filter(here).length} / ${rows.length}` : "未点名");
  drawSeats();
  drawTools();
}

/** The host's page, or our own while we look for ourselves; pictures are fetched beforehand. */
function drawStage(): void {
  const { session, deck } = hub.parts;
  const slides = deck ?? [];
  const no = ownSlide ?? session.slide;
  drawSlide(part(root, "slide"), slides.find((one) => one.no === no));
  show(part(root, "own-tools"), ownSlide !== null);
  write(part(root, "own-page"), `自己看：第 ${no} / ${slides.length} 页`);
  for (const one of slides) keep(one.image);
}

const kept = new Map<string, HTMLImageElement>();

function keep(image: string): void {
  if (image === "" || kept.has(image)) return;
  const picture = new Image();
  picture.src = image;
  kept.set(image, picture);
}

/** What to do now, and the options: none of them is torn apart at the end of a line. */
function drawHow(how: string, options: string[]): void {
  const place = part(root, "how");
  const shown = JSON.stringify([how, options]);
  if (place.getAttribute("data-shown") === shown) return;
  place.setAttribute("data-shown", shown);
  fill(place, how === "" ? false : el("span", { class: "live-now-option" }, how),
    ...options.map((text, index) => el("span", { class: "live-now-option" }, el("b", {}, LETTERS[index] ?? ""), text)));
}

function drawNow(): void {
  const { session, cue } = hub.parts;
  const question = session.state === "ended" ? null : hub.parts.question;
  let now = session.state === "live" ? "看屏幕，跟老师一起学" : session.state === "ended" ? "下课了" : "等老师上课";
  let how = "";
  let options: string[] = [];
  if (cue.floor === data.classId) now = "轮到我们发言，请打开麦克风";
  if (question) {
    now = question.stem;
    const revealed = question.state === "revealed" && question.answer !== "";
    if (question.state === "open" || revealed) options = question.options;
    how = question.state === "open" ? "想好后举起答题卡，或用手机作答" : revealed ? `答案：${question.answer}` : "作答结束，等老师讲评";
  }
  write(part(root, "now"), now);
  drawHow(how, options);
  write(part(root, "left"), timeLeft(hub));
}

function draw(): void {
  const { session } = hub.parts;
  drawStage();
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
  const on = session.state === "open" || session.state === "live";
  if (on && (!phone || microphone)) void media.enter(true).then(applyMicrophone);
  if (session.state === "ended") media.leave();
}

function applyMicrophone(): void {
  const muted = !microphone || (hub.parts.cue.muted && hub.parts.cue.floor !== data.classId);
  media.room.setMuted(muted);
  const button = need(root, '[data-act="mic"]');
  setAttribute(button, "aria-pressed", muted ? "false" : "true");
  write(need(button, "[data-label]"), muted ? "麦克风关" : "麦克风开");
}

function enter(choice: string): void {
  const { question } = hub.parts;
  if (!question || seat === null || choice === "") return;
  const pupil = seat;
  void told(hub.act("answer", { question: question.id, choice, pupil }, true)).then(draw);
  seat = nextSeat(roster(), pupil);
  letters = "";
  draw();
}

/** One letter is an answer; where several may be right, letters are gathered first. */
function pressLetter(letter: string): void {
  if (hub.parts.question?.kind !== "multiple") {
    enter(letter);
    return;
  }
  letters = toggled(letters, letter);
  draw();
}

function sendCounts(): void {
  const { question } = hub.parts;
  if (!question) return;
  const fields = { question: question.id, counts: Object.fromEntries(counts.by) };
  void told(hub.act("cards", fields, true)).then((ok) => {
    if (ok) toast("人数已记录", "ok");
  });
}

function sendRoll(): void {
  const statuses: Record<string, string> = {};
  for (const one of hub.parts.roster ?? []) {
    statuses[String(one.id)] = absent.has(one.id) ? "absent" : one.status === "leave" ? "leave" : "present";
  }
  void told(hub.act("roll", { statuses }, true)).then((ok) => {
    if (ok) toast("点名已记录", "ok");
    draw();
  });
  // It is kept on this device now; the network may take its time.
  calling = false;
  draw();
}

function turnOwn(step: number): void {
  const most = hub.parts.deck?.length ?? 1;
  ownSlide = Math.min(most, Math.max(1, (ownSlide ?? hub.parts.session.slide) + step));
  drawStage();
}

const LOUDNESS = [1, 0.75, 0.5, 0.25];
let loudness = 0;

drawIcons(root, { hand: "hand-stop", mic: "microphone", roll: "user-check", talk: "headphones", volume: "volume", deck: "presentation", again: "refresh", leave: "x" });
onAct(document.body, {
  seat: (button) => {
    const pupil = Number(button.dataset.pupil);
    if (mode() === "roll") {
      if (!absent.delete(pupil)) absent.add(pupil);
    } else {
      seat = seat === pupil ? null : pupil;
      letters = "";
    }
    draw();
  },
  letter: (button) => {
    pressLetter(button.dataset.letter ?? "");
  },
  "letters-done": () => {
    enter(letters);
  },
  "by-count": () => {
    counting = true;
    draw();
  },
  "by-seat": () => {
    counting = false;
    draw();
  },
  step: (button) => {
    const letter = button.dataset.letter ?? "";
    const most = roster().filter(here).length;
    const next = (counts.by.get(letter) ?? 0) + Number(button.dataset.by);
    counts.by.set(letter, Math.min(most, Math.max(0, next)));
    draw();
  },
  "counts-send": sendCounts,
  deck: () => {
    ownSlide = ownSlide === null ? hub.parts.session.slide : null;
    drawStage();
  },
  "own-previous": () => {
    turnOwn(-1);
  },
  "own-next": () => {
    turnOwn(1);
  },
  volume: (button) => {
    loudness = (loudness + 1) % LOUDNESS.length;
    const now = LOUDNESS[loudness] ?? 1;
    part<HTMLVideoElement>(root, "host-video").volume = now;
    write(button.querySelector("[data-label]"), `音量 ${Math.round(now * 100)}`);
  },
  "roll-stop": () => {
    calling = false;
    draw();
  },
  roll: () => {
    calling = true;
    absent = new Set(roster().filter((one) => one.status === "absent").map((one) => one.id));
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
    draw();
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
  if (LETTERS.slice(0, hub.parts.question?.options.length ?? 0).includes(letter)) pressLetter(letter);
  else if (event.key === "Enter" && letters !== "") enter(letters);
});

hub.onParts((changed) => {
  if (changed.has("cue")) applyMicrophone();
  draw();
});
hub.onStatus(() => {
  showLine();
  drawEntry();
});
const REPORT_SECONDS = 5;
let bytesBefore = 0;

/** What the line carries goes to the host every few seconds. */
async function report(): Promise<void> {
  const received = await media.room.stats();
  const bytes = received.reduce((sum, one) => sum + one.bytes, 0);
  const kbps = Math.round(Math.max(0, bytes - bytesBefore) / 125 / REPORT_SECONDS);
  bytesBefore = bytes;
  const line = sound.first ? "audio" : "video";
  const news = sound.news(hub.clock.now());
  if (news !== "") void hub.act("net", { mode: news });
  hub.signal({ t: "signal", mode: line, kbps, loss: 0, rtt: Math.round(hub.clock.trip ?? 0) });
}
setInterval(() => void report(), REPORT_SECONDS * 1000);
eachSecond(() => {
  showLine();
  showClock(root, hub);
  drawNow();
});
show(part(root, "left"), true);
showHost();
draw();
hub.start();
