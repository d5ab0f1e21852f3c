/** The delivering teacher's room, and the observer's silent look into it. */
import "./live.css";

import { hourMinute } from "./clock";
import { el, fill, need, onAct, setAttribute, show, sync, toast, write } from "./dom";
import { hubOf, pageData } from "./hub";
import {
  Media, drawIcons, drawSlide, eachSecond, isPhone, openDialog, part, play, showClock, showLink, shutDialog,
  textOf, timeLeft, told,
} from "./page";
import { tallyView } from "./tally";
import type { HostTally, LogPart, RoomPart } from "./types";

const root = need(document, "#live");
const data = pageData();
const hub = hubOf(data);
const teaching = data.kind === "host";
const absent = new Set<number>();
const phone = isPhone();
let microphone = !phone;
let camera = true;

/** What arrives, by seat; a tile may come later than its stream. */
const streams = new Map<string, MediaStream>();

const media = new Media(data, {
  track: (id, stream) => {
    streams.set(id, stream);
    if (id === "host") play(part<HTMLVideoElement>(root, "own"), stream);
    drawRooms();
  },
  people: () => {
    drawRooms();
  },
  local: (stream) => {
    if (teaching) play(part<HTMLVideoElement>(root, "own"), stream);
  },
  state: (words, state) => {
    write(part(root, "media"), words);
    part(root, "media").setAttribute("data-state", state);
  },
});

media.room.on("gone", ({ id }) => {
  streams.delete(id);
  drawRooms();
});

/** What stands in place of a picture, so that no tile is merely black. */
function blankWords(room: RoomPart): string {
  if (room.online === null) return room.gone === null ? "等待进入" : "掉线，会自动重连";
  const there = media.room.participants.find((one) => one.id === `room:${room.id}`);
  if (!streams.has(`room:${room.id}`) || !there) return "画面未连接，互动可用";
  if (there.paused || room.net?.mode === "audio") return "画面暂停，声音正常";
  if (!there.video) return "摄像头关着";
  return there.stalled ? "画面卡住，正在恢复" : "";
}

/** Give the tile its stream, or say why there is no picture. */
function drawPicture(tile: HTMLElement, room: RoomPart): void {
  const stream = streams.get(`room:${room.id}`);
  const video = need<HTMLVideoElement>(tile, "video");
  if (stream && video.srcObject !== stream) play(video, stream);
  const words = blankWords(room);
  write(tile.querySelector(".live-tile-blank"), words);
  show(tile.querySelector(".live-tile-blank"), words !== "");
}

function listening(): RoomPart[] {
  return (hub.parts.rooms ?? []).filter((room) => !room.host);
}

function lineWords(room: RoomPart): string {
  if (room.online === null) return room.gone === null ? "未进入" : `掉线 ${hourMinute(room.gone)}`;
  if (room.net === null) return "在线";
  return `${room.net.mode === "audio" ? "声音优先" : "流畅"} · ${(room.net.kbps / 1000).toFixed(1)}M`;
}

function rollWords(room: RoomPart): string {
  if (room.roll === null) return `${room.enrolled} 人 · 未点名`;
  return `到课 ${room.roll.present + room.roll.late} / ${room.enrolled}`;
}

function makeTile(room: RoomPart): HTMLElement {
  return el("article", { class: "live-tile" },
    el("video", { autoplay: true, playsinline: true, "data-seat": `room:${room.id}` }),
    el("p", { class: "live-tile-blank" }), el("p", { class: "live-tile-line" }), el("p", { class: "live-tile-name" }, room.name),
    el("p", { class: "live-tile-note" }),
    teaching && el("button", { type: "button", class: "btn live-invite", "data-act": "invite", "data-class": room.id }, "请发言"));
}

function drawRooms(): void {
  sync(part(root, "rooms"), listening(), (room) => room.id, makeTile, (tile, room) => {
    tile.classList.toggle("live-tile-hand", room.hands > 0);
    tile.classList.toggle("live-tile-floor", hub.parts.cue.floor === room.id);
    write(tile.querySelector(".live-tile-line"), room.hands > 0 ? `${lineWords(room)} · ${room.hands} 举手` : lineWords(room));
    write(tile.querySelector(".live-tile-note"), `${rollWords(room)} · ${room.assistant || "未定辅导教师"}${room.spoke ? " · 已发言" : ""}`);
    setAttribute(tile, "data-state", room.online === null ? "off" : "on");
    drawPicture(tile, room);
  });
}

function drawQuestion(): void {
  const { question, tally, hint } = hub.parts;
  const left = timeLeft(hub);
  write(part(root, "ask-title"), question ? `随堂问 ${question.seq}${left === "" ? "" : ` · 剩 ${left}`}` : "随堂问");
  const place = part(root, "question");
  if (!question || !tally) {
    if (place.getAttribute("data-shown") !== "") {
      place.setAttribute("data-shown", "");
      fill(place, el("p", { class: "muted" }, "点“发起随堂问”，学生用手机或答题卡作答。"));
    }
  } else {
    const shown = JSON.stringify([question.id, question.state, tally]);
    if (place.getAttribute("data-shown") !== shown) {
      place.setAttribute("data-shown", shown);
      fill(place, el("p", { class: "live-stem" }, question.stem), tallyView(question, tally as HostTally, hub.parts.rooms ?? []), actions());
    }
  }
  show(part(root, "hint"), Boolean(hint));
  write(part(root, "hint"), hint?.text ?? "");
  const past = hub.parts.past ?? [];
  sync(part(root, "past"), past, (one) => one.seq, () => el("p", { class: "muted" }),
    (line, one) => {
      write(line, `随堂问 ${one.seq}：${one.stem}（${one.answered} 人答${one.right === null ? "" : `，对 ${Math.round(one.right * 100)}%`}）`);
    });
}

function actions(): Node | null {
  const { question } = hub.parts;
  if (!teaching || !question) return null;
  const row = el("div", { class: "live-row" });
  if (question.state === "open") row.append(el("button", { type: "button", class: "btn", "data-act": "close" }, "结束作答"));
  if (question.state !== "revealed") row.append(el("button", { type: "button", class: "btn btn-primary", "data-act": "reveal" }, "公布并讲评"));
  return row;
}

const LOG_WORDS: Record<string, string> = {
  opened: "课堂开放", started: "上课", ended: "下课", roll: "点名", spoke: "发言", help: "请技术员",
  cards: "答题卡", asked: "发出", closed: "结束作答", revealed: "公布",
};

function logWords(one: LogPart): string {
  if (one.kind === "net") return one.text === "audio" ? "转为声音优先" : "画面恢复";
  const detail = ["roll", "asked", "closed", "revealed"].includes(one.kind) ? one.text : "";
  return `${LOG_WORDS[one.kind] ?? one.kind} ${detail}`.trim();
}

function drawLog(): void {
  const rooms = new Map((hub.parts.rooms ?? []).map((room) => [room.id, room.name]));
  const rows = (hub.parts.log ?? []).slice(-6);
  sync(part(root, "log"), rows, (one) => `${one.at}:${one.kind}:${one.class ?? 0}`,
    (one) => el("li", {}, el("time", {}, hourMinute(one.at)), ` ${[rooms.get(one.class ?? 0) ?? "", logWords(one)].join(" ").trim()}`),
    () => undefined);
}

const DUTIES_UNTIL_MS = 2 * 3600 * 1000;

function drawTeaching(): void {
  const { session, cue } = hub.parts;
  // What falls due around the lesson itself; the rest has its own page.
  const late = session.startsAt + DUTIES_UNTIL_MS;
  const duties = (hub.parts.duties ?? []).filter((one) => one.dueAt >= session.startsAt && one.dueAt <= late);
  write(part(root, "duty-count"), `${duties.filter((one) => one.done).length} / ${duties.length}`);
  sync(part(root, "duties"), duties, (one) => one.id,
    (one) => el("li", {}, el("button", { type: "button", class: "live-duty", "data-act": "duty", "data-item": one.id }, one.text)),
    (line, one) => {
      setAttribute(line.firstElementChild ?? line, "aria-pressed", one.done ? "true" : "false");
    });
  sync(part(root, "chat"), hub.parts.chat ?? [], (one) => one.id,
    (one) => el("li", {}, el("b", {}, one.from), ` ${one.text}`), () => undefined);
  write(part(root, "hand-count"), String((hub.parts.hands ?? []).length));
  show(part(root, "start"), session.state !== "live" && session.state !== "ended");
  toggle("mute", cue.muted, "取消静音", "全部静音");
  toggle("mic", microphone, "麦克风开", "麦克风关");
  toggle("camera", camera, "摄像头开", "摄像头关");
  sync(part(document, "seats"), hub.parts.roster ?? [], (one) => one.id,
    (one) => el("button", { type: "button", class: "live-seat", "data-act": "seat", "data-pupil": one.id }, el("span", {}, one.name), el("i", {}, "到")),
    (button, one) => {
      write(button.lastElementChild, absent.has(one.id) ? "缺" : "到");
      setAttribute(button, "aria-pressed", absent.has(one.id) ? "true" : "false");
      button.classList.toggle("live-seat-off", absent.has(one.id));
    });
}

function toggle(act: string, on: boolean, yes: string, no: string): void {
  const button = need(root, `[data-act="${act}"]`);
  setAttribute(button, "aria-pressed", on ? "true" : "false");
  write(need(button, "[data-label]"), on ? yes : no);
}

function draw(): void {
  const { session, deck } = hub.parts;
  drawSlide(part(root, "slide"), deck?.find((one) => one.no === session.slide));
  write(part(root, "page"), `第 ${session.slide} / ${Math.max(1, deck?.length ?? 1)} 页`);
  drawRooms();
  drawQuestion();
  drawLog();
  if (teaching) drawTeaching();
  const on = session.state === "open" || session.state === "live";
  if (on && (!phone || !teaching || microphone)) void media.enter(teaching);
  if (session.state === "ended") {
    media.leave();
    if (teaching && data.urls.summary !== undefined) location.assign(data.urls.summary);
  }
}

function turn(step: number): void {
  const most = hub.parts.deck?.length ?? 1;
  const no = Math.min(most, Math.max(1, hub.parts.session.slide + step));
  if (no !== hub.parts.session.slide) void told(hub.act("slide", { no }));
}

function ask(form: HTMLFormElement): void {
  const field = (name: string): string => textOf(form, name);
  const kind = field("kind");
  const typed = field("options").split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const options = kind === "true_false" ? ["对", "错"] : typed.slice(0, 6);
  if (options.length < 2) {
    write(part(document, "ask-error"), "至少写两个选项，每行一个。");
    return;
  }
  const point = field("key_point");
  const fields = {
    kind, stem: field("stem"), options, answer: field("answer").toUpperCase(),
    key_point: point === "" ? null : Number(point), seconds: Number(field("seconds")) || null,
  };
  void hub.act("ask", fields).then(({ ok, text }) => {
    write(part(document, "ask-error"), text);
    if (ok) {
      shutDialog(form.closest("dialog"));
      form.reset();
    }
  });
}

function wire(): void {
  drawIcons(root, { mic: "microphone", camera: "video", roll: "user-check", hand: "hand-stop", ask: "question-mark", mute: "volume-off" });
  onAct(document.body, {
    previous: () => { turn(-1); },
    next: () => { turn(1); },
    tab: (button) => {
      need(root, ".live-main").setAttribute("data-tab", button.dataset.tab ?? "stage");
      for (const each of Array.from(root.querySelectorAll(".live-tab"))) setAttribute(each, "aria-pressed", each === button ? "true" : "false");
    },
    mic: () => { microphone = !microphone; media.room.setMuted(!microphone); draw(); },
    camera: () => { camera = !camera; void media.room.setCamera(camera); draw(); },
    mute: () => { void told(hub.act("mute", { on: !hub.parts.cue.muted })); },
    invite: (button) => {
      const room = Number(button.dataset.class);
      void told(hub.act("invite", { class: hub.parts.cue.floor === room ? null : room }));
    },
    hands: () => {
      const first = (hub.parts.hands ?? []).find((hand) => hand.class !== null);
      if (first) void told(hub.act("invite", { class: first.class }));
      else toast("现在没有人举手");
    },
    ask: () => { openDialog(part(document, "ask-dialog")); },
    roll: () => { openDialog(part(document, "roll-dialog")); },
    end: () => { openDialog(part(document, "end-dialog")); },
    shut: (button) => { shutDialog(button.closest("dialog")); },
    seat: (button) => {
      const pupil = Number(button.dataset.pupil);
      if (!absent.delete(pupil)) absent.add(pupil);
      draw();
    },
    "roll-send": (button) => {
      const statuses: Record<string, string> = {};
      for (const one of hub.parts.roster ?? []) statuses[String(one.id)] = absent.has(one.id) ? "absent" : "present";
      void told(hub.act("roll", { statuses }, true)).then((ok) => { if (ok) shutDialog(button.closest("dialog")); });
    },
    close: () => { void told(hub.act("close", { question: hub.parts.question?.id ?? 0 })); },
    reveal: () => { void told(hub.act("reveal", { question: hub.parts.question?.id ?? 0 })); },
    duty: (button) => { void told(hub.act("duty", { item: Number(button.dataset.item), done: button.getAttribute("aria-pressed") !== "true" })); },
    start: (_, event) => { event.preventDefault(); void told(hub.act("start")); },
  });
  part(document, "ask-form").addEventListener("submit", (event) => {
    event.preventDefault();
    ask(event.target as HTMLFormElement);
  });
  part(document, "end-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const held = { yes: true, no: false }[textOf(form, "held")] ?? null;
    void hub.act("end", { held, reason: textOf(form, "reason") }).then(({ text }) => { write(part(document, "end-error"), text); });
  });
  part(document, "say").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = need<HTMLInputElement>(document, "#say-text");
    const text = field.value.trim();
    if (text !== "") void told(hub.act("say", { text })).then((ok) => { if (ok) field.value = ""; });
  });
  document.addEventListener("keydown", onKey);
}

const KEYS: Record<string, string> = { m: "mic", v: "camera", r: "roll", h: "hands", q: "ask", a: "mute" };

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey || (event.target as Element).matches("input, textarea, select")) return;
  if (document.querySelector("dialog[open]") !== null) return;
  if (event.key === "ArrowLeft") turn(-1);
  else if (event.key === "ArrowRight") turn(1);
  else {
    const act = KEYS[event.key.toLowerCase()];
    if (act !== undefined) root.querySelector<HTMLElement>(`[data-act="${act}"]`)?.click();
  }
}

if (teaching) wire();
hub.onParts(draw);
hub.onStatus(() => { showLink(root, hub); });
eachSecond(() => {
  showLink(root, hub);
  showClock(root, hub);
  drawQuestion();
});
draw();
hub.start();
