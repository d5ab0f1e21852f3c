/**
 * Acts that must not be lost: kept in the browser until the server has acknowledged them.
 *
 * Every act has an id of its own; the server does the same id once, so sending again is harmless.
 */

import type { Act } from "./types";

/** The part of `Storage` that is needed; private windows may offer none. */
export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export class Outbox {
  private readonly acts = new Map<string, Act>();
  private readonly key: string;
  private readonly shelf: Shelf | null;

  /** `name` says whose queue it is: one for each lesson and seat. */
  constructor(name: string, shelf: Shelf | null) {
    this.key = `tongke:live:${name}`;
    this.shelf = shelf;
    for (const act of this.stored()) this.acts.set(act.id, act);
  }

  /** Keep an act; on a full or absent store it lives as long as the page. */
  put(act: Act): void {
    this.acts.set(act.id, act);
    this.save();
  }

  /** The server has it, or refuses it for good. */
  settle(id: string): boolean {
    const had = this.acts.delete(id);
    if (had) this.save();
    return had;
  }

  /** What still waits, in the order in which it was put. */
  waiting(): Act[] {
    return [...this.acts.values()];
  }

  get size(): number {
    return this.acts.size;
  }

  private stored(): Act[] {
    try {
      const found: unknown = JSON.parse(this.shelf?.getItem(this.key) ?? "[]");
      return Array.isArray(found) ? found.filter(isAct) : [];
    } catch {
      return [];
    }
  }

  private save(): void {
    try {
      if (this.acts.size === 0) this.shelf?.removeItem(this.key);
      else this.shelf?.setItem(this.key, JSON.stringify(this.waiting()));
    } catch {
      // A full store: the queue goes on in memory.
    }
  }
}

function isAct(value: unknown): value is Act {
  const one = value as Partial<Act> | null;
  return typeof one === "object" && one !== null && typeof one.id === "string";
}

/** The browser's own store, or null where it is forbidden. */
export function shelfOf(host: Window): Shelf | null {
  try {
    return host.localStorage;
  } catch {
    return null;
  }
}

/** A fresh random UUID; Chromium 83 has no crypto.randomUUID. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}
