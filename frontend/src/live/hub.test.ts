import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Hub } from "./hub";
import type { Ears, Transport } from "./transports";
import type { Act, Parts, ServerMessage } from "./types";

/** A connection in the hand of the test. */
class Wire implements Transport {
  sent: (Act & { c?: number })[] = [];
  open = true;

  constructor(
    readonly kind: Transport["kind"],
    readonly ears: Ears,
  ) {}

  send(messages: object[]): void {
    this.sent.push(...(messages as Act[]));
  }

  close(): void {
    this.open = false;
  }

  /** The server greets: the connection stands. */
  greet(parts: Partial<Parts> = {}): void {
    this.hear({ t: "hello", seat: "room:2", link: "l", now: Date.now(), version: 1 });
    this.hear({ t: "state", full: true, parts });
  }

  hear(message: ServerMessage): void {
    this.ears.message(message);
  }

  acts(): Act[] {
    return this.sent.filter((message) => message.t !== "ping");
  }
}

const PARTS = { hostOnline: false } as unknown as Parts;
let wires: Wire[] = [];
let reaches = false;
let hub: Hub;

const last = (): Wire => wires[wires.length - 1]!;

function make(queue = "5:room:2"): Hub {
  return new Hub({
    ways: { hub: "", events: "", send: "" },
    parts: PARTS,
    now: Date.now(),
    queue,
    reconnectMs: 3000,
    offlineMs: 15_000,
    open: (kind, ears) => {
      const wire = new Wire(kind, ears);
      wires.push(wire);
      return wire;
    },
    reachable: () => Promise.resolve(reaches),
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  wires = [];
  reaches = false;
  localStorage.clear();
  hub = make();
});

afterEach(() => {
  hub.close();
  vi.useRealTimers();
});

describe("parts", () => {
  it("replace what was known, and tell which changed", () => {
    const heard: string[][] = [];
    hub.onParts((changed) => heard.push([...changed]));
    hub.start();
    last().greet({ hostOnline: true });
    last().hear({ t: "state", full: false, parts: { hands: [] } });

    expect(heard).toEqual([["hostOnline"], ["hands"]]);
    expect(hub.parts).toEqual({ hostOnline: true, hands: [] });
    expect(hub.status).toBe("online");
  });
});

describe("acts", () => {
  it("are sent once the connection stands and settled by their acknowledgement", async () => {
    hub.start();
    const result = hub.act("hand", { up: true });
    expect(last().acts()).toEqual([]);
    last().greet();
    const [act] = last().acts();
    expect(act).toMatchObject({ t: "hand", up: true });

    last().hear({ t: "ack", id: act!.id, again: false });

    expect(await result).toEqual({ ok: true, text: "" });
  });

  it("come back with the reason when they are refused", async () => {
    hub.start();
    last().greet();
    const result = hub.act("slide", { no: 9 });

    last().hear({ t: "refused", id: last().acts()[0]!.id, text: "没有这一页。" });

    expect(await result).toEqual({ ok: false, text: "没有这一页。" });
  });

  it("go out again after a cut, under the same number", () => {
    hub.start();
    last().greet();
    void hub.act("answer", { choice: "B" }, true);
    const before = last().acts()[0]!;
    last().ears.closed(1006);
    expect(hub.status).toBe("offline");
    void hub.act("answer", { choice: "C" }, true);

    vi.advanceTimersByTime(1000);
    expect(wires.length).toBe(2);
    last().greet();

    expect(last().acts().map((act) => act.choice)).toEqual(["B", "C"]);
    expect(last().acts()[0]!.id).toBe(before.id);
    expect(hub.lostAt).toBeNull();
  });

  it("that must not be lost survive a closed page", () => {
    hub.start();
    void hub.act("answer", { choice: "B" }, true);
    void hub.act("say", { text: "一句话" });
    hub.close();

    const again = make();
    again.start();
    last().greet();

    expect(again.outbox.size).toBe(1);
    expect(last().acts().map((act) => act.t)).toEqual(["answer"]);
    last().hear({ t: "ack", id: last().acts()[0]!.id, again: true });
    expect(again.outbox.size).toBe(0);
    again.close();
  });
});

describe("the connection", () => {
  it("comes back within the promised time however often it fails", () => {
    hub.start();
    last().greet();
    for (let n = 1; n <= 6; n += 1) {
      last().ears.closed(1006);
      vi.advanceTimersByTime(3750);
      expect(wires.length).toBe(n + 1);
      last().greet();
    }
  });

  it("counts as lost when nothing is heard for a while", () => {
    hub.start();
    last().greet();
    const first = last();

    vi.advanceTimersByTime(21_000);

    expect(first.open).toBe(false);
    expect(wires.length).toBeGreaterThan(1);
  });

  it("is given up at once when the operating system says there is no network", () => {
    hub.start();
    last().greet();

    window.dispatchEvent(new Event("offline"));

    expect([hub.status, last().open, hub.lostAt === null]).toEqual(["offline", false, false]);
  });

  it("takes another way when websockets are blocked but the hub answers", async () => {
    reaches = true;
    hub.start();
    last().ears.closed(1006);
    await vi.advanceTimersByTimeAsync(4000);
    last().ears.closed(1006);
    await vi.advanceTimersByTimeAsync(4000);
    expect(last().kind).toBe("stream");

    last().ears.closed(0);
    await vi.advanceTimersByTimeAsync(4000);
    last().ears.closed(0);
    await vi.advanceTimersByTimeAsync(4000);

    expect(last().kind).toBe("poll");
  });

  it("keeps its way while the network is gone", async () => {
    hub.start();
    for (let n = 0; n < 4; n += 1) {
      last().ears.closed(1006);
      await vi.advanceTimersByTimeAsync(4000);
    }
    expect(last().kind).toBe("socket");
  });

  it("stops when there is no seat, and hurries when the network is back", () => {
    hub.start();
    last().greet();
    last().ears.closed(1006);
    window.dispatchEvent(new Event("online"));
    expect(wires.length).toBe(2);

    last().ears.closed(4404);
    vi.advanceTimersByTime(60_000);

    expect([hub.status, wires.length]).toEqual(["denied", 2]);
  });

  it("ignores a connection that was given up", () => {
    hub.start();
    last().greet();
    const old = last();
    hub.reconnect();
    vi.advanceTimersByTime(1000);
    last().greet({ hostOnline: true });

    old.hear({ t: "state", full: false, parts: { hostOnline: false } });
    old.ears.closed(1006);

    expect([hub.parts.hostOnline, hub.status]).toEqual([true, "online"]);
  });
});
