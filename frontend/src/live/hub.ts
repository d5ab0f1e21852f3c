/**
 * The page's side of the live hub: parts of the lesson come in, acts go out.
 *
 * An act is sent until it is acknowledged or refused; durable ones survive a closed page. A lost
 * connection comes back by itself, and every state message replaces what was known before.
 */

import { Clock } from "./clock";
import { Outbox, shelfOf, uuid } from "./outbox";
import { poll, reachable, socket, stream } from "./transports";
import type { Ears, Transport, Ways } from "./transports";
import type { Act, PageData, PartName, Parts, ServerMessage } from "./types";

export type Status = "connecting" | "online" | "offline" | "denied";

export interface Result {
  ok: boolean;
  /** The reason when it was refused. */
  text: string;
}

interface Waiting {
  act: Act;
  resolve: (result: Result) => void;
}

export interface HubOptions {
  ways: Ways;
  parts: Parts;
  now: number;
  queue: string;
  reconnectMs: number;
  offlineMs: number;
  /** For tests: opens a connection of a kind. */
  open?: (kind: Transport["kind"], ears: Ears) => Transport;
  reachable?: () => Promise<boolean>;
}

type Timer = ReturnType<typeof setTimeout>;

const PING_MS = 5000;
const FIRST_PAUSE_MS = 250;
/** Close codes of the hub: sign in again, wrong site, no seat. */
const SIGN_IN = 4401;
const FINAL = [4403, 4404];

export class Hub {
  parts: Parts;
  status: Status = "connecting";
  /** Since when the connection is lost, by the server's clock; null while it stands. */
  lostAt: number | null = null;
  readonly clock = new Clock();
  readonly outbox: Outbox;

  private readonly options: HubOptions;
  private readonly waiting = new Map<string, Waiting>();
  private readonly partEars: ((changed: Set<PartName>) => void)[] = [];
  private readonly otherEars: (() => void)[] = [];
  private transport: Transport | null = null;
  private kind: Transport["kind"] = "socket";
  private failures = 0;
  private heardAt = 0;
  private greeted = false;
  private pingTimer: Timer | undefined;
  private retryTimer: Timer | undefined;

  constructor(options: HubOptions) {
    this.options = options;
    this.parts = options.parts;
    this.clock.set(options.now);
    this.outbox = new Outbox(options.queue, shelfOf(window));
  }

  /** Connect, and stay connected until `close`. */
  start(): void {
    window.addEventListener("online", this.hurry);
    window.addEventListener("offline", this.unplugged);
    this.pingTimer = setInterval(this.beat, PING_MS);
    this.connect();
  }

  close(): void {
    window.removeEventListener("online", this.hurry);
    window.removeEventListener("offline", this.unplugged);
    clearInterval(this.pingTimer);
    clearTimeout(this.retryTimer);
    this.transport?.close();
    this.transport = null;
  }

  /** Hear which parts have changed, each time some have. */
  onParts(ear: (changed: Set<PartName>) => void): void {
    this.partEars.push(ear);
  }

  /** Hear that the connection or the queue has changed. */
  onStatus(ear: () => void): void {
    this.otherEars.push(ear);
  }

  /** Do something; the result comes when the server has stored or refused it. */
  act(t: string, fields: object = {}, durable = false): Promise<Result> {
    const act: Act = { ...fields, t, id: uuid(), at: Math.round(this.clock.now()) };
    if (durable) this.outbox.put(act);
    return new Promise((resolve) => {
      this.waiting.set(act.id, { act, resolve });
      if (this.greeted) this.transport?.send([act]);
      this.tell();
    });
  }

  /** Something that needs no answer and may be lost. */
  signal(fields: object): void {
    if (this.greeted) this.transport?.send([fields]);
  }

  /** Drop the connection and make a new one: the person's own wish. */
  reconnect(): void {
    this.failures = 0;
    this.transport?.close();
    this.lost(0);
  }

  private connect(): void {
    clearTimeout(this.retryTimer);
    this.greeted = false;
    this.heardAt = Date.now();
    const ears: Ears = {
      message: (message) => {
        if (this.transport === opened) this.hear(message);
      },
      closed: (code) => {
        if (this.transport === opened) this.lost(code);
      },
    };
    const opened: Transport = (this.options.open ?? this.openOne)(this.kind, ears);
    this.transport = opened;
  }

  private readonly openOne = (kind: Transport["kind"], ears: Ears): Transport => {
    const { ways } = this.options;
    if (kind === "socket") return socket(ways, ears);
    return kind === "stream" ? stream(ways, ears) : poll(ways, ears, uuid());
  };

  private hear(message: ServerMessage): void {
    this.heardAt = Date.now();
    switch (message.t) {
      case "hello":
        this.clock.set(message.now);
        break;
      case "state":
        this.take(message.parts, message.full);
        break;
      case "ack":
        this.settle(message.id, { ok: true, text: "" });
        break;
      case "refused":
        this.settle(message.id, { ok: false, text: message.text });
        break;
      case "pong":
        this.clock.learn(message.c, message.s);
        break;
    }
  }

  private take(parts: Partial<Parts>, full: boolean): void {
    this.parts = { ...this.parts, ...parts };
    const changed = new Set(Object.keys(parts) as PartName[]);
    for (const ear of this.partEars) ear(changed);
    if (full) this.greet();
  }

  /** The connection stands: everything unanswered goes out (again). */
  private greet(): void {
    this.greeted = true;
    this.failures = 0;
    this.lostAt = null;
    this.become("online");
    this.beat();
    const acts = new Map(this.outbox.waiting().map((act) => [act.id, act]));
    for (const [id, { act }] of this.waiting) acts.set(id, act);
    if (acts.size > 0) this.transport?.send([...acts.values()]);
  }

  private settle(id: string, result: Result): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    this.outbox.settle(id);
    waiting?.resolve(result);
    this.tell();
  }

  private lost(code: number): void {
    const greeted = this.greeted;
    this.transport = null;
    this.greeted = false;
    if (code === SIGN_IN) {
      location.reload();
      return;
    }
    if (FINAL.includes(code)) {
      this.become("denied");
      return;
    }
    // It was lost when it fell silent, not when we noticed.
    const silent = greeted ? Math.max(0, Date.now() - this.heardAt - PING_MS) : 0;
    this.lostAt = this.lostAt ?? this.clock.now() - silent;
    this.become("offline");
    this.failures += 1;
    if (!greeted && this.failures >= 2) void this.tryAnotherWay();
    else this.later();
  }

  /** A websocket that never opens although the hub answers a POST is blocked on the way. */
  private async tryAnotherWay(): Promise<void> {
    const answers = await (this.options.reachable ?? (() => reachable(this.options.ways)))();
    if (this.transport !== null || this.status === "denied") return;
    if (answers) {
      this.kind = this.kind === "socket" ? "stream" : "poll";
      this.failures = 0;
    }
    this.later();
  }

  private later(): void {
    const pause = Math.min(this.options.reconnectMs, FIRST_PAUSE_MS * 2 ** (this.failures - 1));
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(
      () => {
        if (this.transport === null) this.connect();
      },
      pause * (0.75 + Math.random() / 2),
    );
  }

  private readonly hurry = (): void => {
    if (this.transport === null && this.status !== "denied") this.connect();
  };

  /** The operating system says that there is no network at all: do not wait for silence. */
  private readonly unplugged = (): void => {
    if (this.transport === null) return;
    this.transport.close();
    this.lost(0);
  };

  private readonly beat = (): void => {
    if (this.transport === null) return;
    if (Date.now() - this.heardAt > this.options.offlineMs) {
      this.transport.close();
      this.lost(0);
      return;
    }
    if (this.greeted) this.transport.send([{ t: "ping", c: Date.now() }]);
  };

  private become(status: Status): void {
    this.status = status;
    this.tell();
  }

  private tell(): void {
    for (const ear of this.otherEars) ear();
  }
}

/** The hub of a live page. */
export function hubOf(data: PageData): Hub {
  return new Hub({
    ways: data.urls,
    parts: data.parts,
    now: data.now,
    queue: `${data.lesson.id}:${data.seat}:${data.personId}`,
    reconnectMs: data.settings.reconnectSeconds * 1000,
    offlineMs: data.settings.offlineSeconds * 1000,
  });
}

/** What the server has written into the page. */
export function pageData(): PageData {
  const element = document.getElementById("live-data");
  return JSON.parse(element?.textContent ?? "{}") as PageData;
}
