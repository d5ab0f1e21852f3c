import { describe, expect, it } from "vitest";

import { Outbox, uuid } from "./outbox";
import type { Shelf } from "./outbox";
import type { Act } from "./types";

/** A store like the browser's; `room` says how many characters fit. */
function shelf(room = 10_000): Shelf & { data: Map<string, string> } {
  const data = new Map<string, string>();
  return {
    data,
    getItem: (key) => data.get(key) ?? null,
    setItem: (key, value) => {
      if (value.length > room) throw new DOMException("full", "QuotaExceededError");
      data.set(key, value);
    },
    removeItem: (key) => {
      data.delete(key);
    },
  };
}

const act = (id: string, choice = "B"): Act => ({ t: "answer", id, at: 1, choice });

describe("the outbox", () => {
  it("keeps acts over a closed page until they are settled, in order", () => {
    const store = shelf();
    const first = new Outbox("5:room:2", store);
    first.put(act("a"));
    first.put(act("b"));
    expect(first.settle("a")).toBe(true);

    const second = new Outbox("5:room:2", store);
    second.put(act("c"));

    expect(second.waiting().map((one) => one.id)).toEqual(["b", "c"]);
    expect(second.settle("a")).toBe(false);
    second.settle("b");
    second.settle("c");
    expect(store.data.size).toBe(0);
  });

  it("keeps one queue for each lesson and seat", () => {
    const store = shelf();
    new Outbox("5:room:2", store).put(act("a"));

    expect(new Outbox("6:room:2", store).size).toBe(0);
  });

  it("goes on in memory where nothing can be stored", () => {
    const full = new Outbox("x", shelf(2));
    full.put(act("a"));
    const none = new Outbox("x", null);
    none.put(act("b"));

    expect([full.size, none.size]).toEqual([1, 1]);
  });

  it("starts empty from a broken store", () => {
    const store = shelf();
    store.setItem("tongke:live:x", "{not json");
    expect(new Outbox("x", store).size).toBe(0);
    store.setItem("tongke:live:x", '[null, 3, {"id": 4}]');
    expect(new Outbox("x", store).size).toBe(0);
  });
});

describe("ids of acts", () => {
  it("are random UUIDs of version 4", () => {
    const ids = new Set(Array.from({ length: 50 }, uuid));

    expect(ids.size).toBe(50);
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });
});
