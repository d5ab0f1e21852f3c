/** What the live pages share: status line, clock, slide, videos, dialogs, sound and picture. */

import { countdown, elapsed, hourMinute, lasting } from "./clock";
import { el, fill, icon, show, toast, write } from "./dom";
import type { Hub } from "./hub";
import { RoomMedia } from "./rtc";
import type { Participant } from "./rtc";
import type { PageData, SlidePart } from "./types";

export const LETTERS = ["A", "B", "C", "D", "E", "F"];

/** The element of a page that carries `data-part="name"`. */
export function part<T extends Element = HTMLElement>(root: ParentNode, name: string): T {
  const found = root.querySelector<T>(`[data-part="${name}"]`);
  if (found === null) throw new Error(`the page has no part ${name}`);
  return found;
}

/** A field of a form as trimmed text. */
export function textOf(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value.trim() : "";
}

/** Draw the icons that buttons ask for by `data-icon-of`. */
export function drawIcons(root: ParentNode, icons: Record<string, string>): void {
  for (const [place, name] of Object.entries(icons)) {
    for (const holder of Array.from(root.querySelectorAll(`[data-icon-of="${place}"]`))) {
      fill(holder, icon(name));
    }
  }
}

const SIZES = ["", "1", "2", "3", "4"];
const watched = new WeakSet<Element>();

/** The largest letters with which everything fits; on the smallest the slide can be scrolled. */
function fit(place: Element): void {
  for (const size of SIZES) {
    place.setAttribute("data-smaller", size);
    if (place.scrollHeight <= place.clientHeight + 1) return;
  }
}

/** Fit a slide now, and again whenever its room changes. */
function keepFitting(place: Element): void {
  fit(place);
  if (watched.has(place) || !("ResizeObserver" in window)) return;
  watched.add(place);
  new ResizeObserver(() => {
    fit(place);
  }).observe(place);
}

/** A slide: a picture, or text drawn sharply at any size. */
export function drawSlide(place: Element, slide: SlidePart | null | undefined): void {
  const name = slide ? `${slide.no}:${slide.image}:${slide.heading}:${slide.lines.join("|")}` : "";
  if (place.getAttribute("data-shown") === name) return;
  place.setAttribute("data-shown", name);
  if (!slide) {
    fill(place, el("p", { class: "muted" }, "还没有课件，请听老师讲。"));
  } else if (slide.image !== "") {
    fill(place, el("img", { src: slide.image, alt: slide.heading || `第 ${slide.no} 页` }));
  } else {
    fill(
      place,
      slide.heading !== "" && el("h2", {}, slide.heading),
      ...slide.lines.map((line) => el("p", {}, line)),
    );
  }
  keepFitting(place);
}

/** The line that says whether the hub answers, and what still works when it does not. */
export function showLink(root: ParentNode, hub: Hub): void {
  const waiting = hub.outbox.size;
  const online = hub.status === "online";
  write(part(root, "link"), online ? (waiting > 0 ? `正在上传 ${waiting} 项` : "已连接") : "连接中断");
  part(root, "link").setAttribute("data-state", online ? "ok" : "warn");
  const strip = part(root, "strip");
  show(strip, !online && hub.lostAt !== null);
  if (hub.status === "denied") {
    write(strip, "不能进入这节课：没有权限，或已在别处登录。");
  } else if (hub.lostAt !== null) {
    const kept = waiting > 0 ? `，${waiting} 项作答和点名已存在本机` : "，作答和点名会先存在本机";
    write(strip, `网络中断 ${lasting(hub.clock.now() - hub.lostAt)}，正在自动重连${kept}。`);
  }
}

/** Time of day, and how far the lesson is. */
export function showClock(root: ParentNode, hub: Hub): void {
  const { session } = hub.parts;
  const now = hub.clock.now();
  const words =
    session.state === "live" && session.startedAt !== null
      ? `${elapsed(now - session.startedAt)} · ${hourMinute(session.endsAt)} 下课`
      : session.state === "ended"
        ? "已下课"
        : now < session.startsAt
          ? `${hourMinute(session.startsAt)} 上课，还有 ${lasting(session.startsAt - now)}`
          : "等待上课";
  write(part(root, "clock"), words);
}

/** How long a running question still takes answers; "" when none runs. */
export function timeLeft(hub: Hub): string {
  const { question } = hub.parts;
  if (!question || question.state !== "open") return "";
  return countdown(question.closesAt - hub.clock.now());
}

/** A <dialog> opens and closes also where the browser knows none. */
export function openDialog(dialog: HTMLElement): void {
  const real = dialog as HTMLDialogElement;
  if (typeof real.showModal === "function" && !real.open) real.showModal();
  else dialog.setAttribute("open", "");
}

export function shutDialog(dialog: Element | null): void {
  const real = dialog as HTMLDialogElement | null;
  if (real !== null && typeof real.close === "function") real.close();
  else real?.removeAttribute("open");
}

/** Say what came of an act: nothing when it was done. */
export async function told(result: Promise<{ ok: boolean; text: string }>): Promise<boolean> {
  const { ok, text } = await result;
  if (!ok) toast(text, "danger");
  return ok;
}

export interface MediaEars {
  track: (id: string, stream: MediaStream) => void;
  people: (people: Participant[]) => void;
  state: (words: string, state: "ok" | "warn") => void;
  local?: (stream: MediaStream) => void;
}

interface Permission {
  url: string;
  token: string;
}

/** Sound and picture of a page: it keeps trying, and a lesson goes on without it. */
export class Media {
  readonly room = new RoomMedia();
  private joined = false;
  private trying = false;

  constructor(
    private readonly data: PageData,
    private readonly ears: MediaEars,
  ) {
    this.room.on("track", ({ id, stream }) => {
      ears.track(id, stream);
    });
    this.room.on("participants", ({ participants }) => {
      ears.people(participants);
    });
    this.room.on("local", ({ stream }) => ears.local?.(stream));
    this.room.on("device", ({ kind }) => {
      toast(kind === "audio" ? "麦克风打不开，请检查是否被占用。" : "摄像头打不开，其他人仍能听到您。");
    });
    this.room.on("state", ({ state }) => {
      if (state === "joined") ears.state("音视频正常", "ok");
      else if (state === "reconnecting") ears.state("音视频重连中", "warn");
    });
  }

  /** Join once the room is open; calling again does nothing while it stands. */
  async enter(publish: boolean): Promise<void> {
    if (this.joined || this.trying || this.data.urls.media === undefined) return;
    this.trying = true;
    try {
      const { url, token } = await this.permission();
      await this.room.join(url, token, {
        publishAudio: publish,
        publishVideo: publish,
        freshToken: async () => (await this.permission()).token,
      });
      this.joined = true;
    } catch {
      this.ears.state("音视频未连接，课件和互动可用", "warn");
    } finally {
      this.trying = false;
    }
  }

  leave(): void {
    if (this.joined) this.room.leave();
    this.joined = false;
  }

  private async permission(): Promise<Permission> {
    const answer = await fetch(this.data.urls.media ?? "", {
      method: "POST",
      headers: { "X-CSRFToken": csrfToken() },
    });
    if (!answer.ok) throw new Error(`no permission for media: ${answer.status}`);
    return (await answer.json()) as Permission;
  }
}

/** Django's token: from a form of the page, else from the cookie. */
export function csrfToken(): string {
  const field = document.querySelector<HTMLInputElement>('input[name="csrfmiddlewaretoken"]');
  if (field !== null) return field.value;
  const found = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
  return found?.[1] ?? "";
}

/** Give a stream to a video and start it; a browser that refuses is asked again at the next press. */
export function play(video: HTMLVideoElement, stream: MediaStream): void {
  if (video.srcObject !== stream) video.srcObject = stream;
  const start = (): void => {
    void video.play().catch(() => {
      document.addEventListener("click", start, { once: true });
    });
  };
  start();
}

/**
 * A phone beside the big screen: it joins sound and picture only when asked to, because a seat has
 * one place in the media room and the second to come would put the first out.
 */
export function isPhone(): boolean {
  return window.matchMedia("(max-width: 600px)").matches;
}

/** Run at once and then each second. */
export function eachSecond(run: () => void): void {
  run();
  setInterval(run, 1000);
}
