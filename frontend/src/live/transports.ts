/** Three ways to the hub: a websocket, server-sent events with POST, polling with POST. */

import type { ServerMessage } from "./types";

export interface Transport {
  readonly kind: "socket" | "stream" | "poll";
  send(messages: object[]): void;
  close(): void;
}

export interface Ears {
  message(message: ServerMessage): void;
  /** The connection is gone; `code` as of a websocket, 0 when none was given. */
  closed(code: number): void;
}

export interface Ways {
  hub: string;
  events: string;
  send: string;
}

const POLL_MS = 1500;

/** A websocket to the hub. */
export function socket(ways: Ways, ears: Ears): Transport {
  const url = new URL(ways.hub, location.href).href.replace(/^http/, "ws");
  const ws = new WebSocket(url);
  ws.onmessage = (event) => {
    ears.message(JSON.parse(String(event.data)) as ServerMessage);
  };
  ws.onclose = (event) => {
    ears.closed(event.code);
  };
  return {
    kind: "socket",
    send: (messages) => {
      if (ws.readyState !== WebSocket.OPEN) return;
      for (const message of messages) ws.send(JSON.stringify(message));
    },
    close: () => {
      ws.onclose = null;
      ws.onmessage = null;
      ws.close();
    },
  };
}

/** POST messages and hear their replies; false when the network or the server failed. */
async function post(ways: Ways, link: string, messages: object[], ears: Ears): Promise<boolean> {
  try {
    const response = await fetch(ways.send, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      credentials: "same-origin",
      body: JSON.stringify({ link, messages }),
    });
    if (!response.ok) return false;
    const body = (await response.json()) as { replies: ServerMessage[] };
    for (const reply of body.replies) ears.message(reply);
    return true;
  } catch {
    return false;
  }
}

/** Whether the hub answers a plain POST: then a failing websocket is blocked, not the network. */
export async function reachable(ways: Ways): Promise<boolean> {
  return post(ways, "", [], { message: () => undefined, closed: () => undefined });
}

/** Server-sent events one way, POST the other. */
export function stream(ways: Ways, ears: Ears): Transport {
  const source = new EventSource(ways.events);
  let link = "";
  source.onmessage = (event) => {
    const message = JSON.parse(String(event.data)) as ServerMessage;
    if (message.t === "hello") link = message.link;
    ears.message(message);
  };
  source.onerror = () => {
    source.close();
    ears.closed(0);
  };
  return {
    kind: "stream",
    send: (messages) => {
      void post(ways, link, messages, ears).then((ok) => {
        if (!ok && source.readyState !== EventSource.CLOSED) source.onerror?.(new Event("error"));
      });
    },
    close: () => {
      source.onerror = null;
      source.close();
    },
  };
}

/** Ask again and again under a name of our own; for networks that hold streams back. */
export function poll(ways: Ways, ears: Ears, name: string): Transport {
  const line = { open: true };
  const fail = (): void => {
    if (!line.open) return;
    line.open = false;
    ears.closed(0);
  };
  const ask = async (): Promise<void> => {
    while (line.open) {
      try {
        const response = await fetch(`${ways.events}?poll=${name}`, { credentials: "same-origin" });
        if (!response.ok) throw new Error(String(response.status));
        const body = (await response.json()) as { messages: ServerMessage[] };
        body.messages.forEach((message) => {
          if (line.open) ears.message(message);
        });
      } catch {
        fail();
        return;
      }
      await new Promise((done) => setTimeout(done, POLL_MS));
    }
  };
  void ask();
  return {
    kind: "poll",
    send: (messages) => {
      void post(ways, name, messages, ears).then((ok) => {
        if (!ok) fail();
      });
    },
    close: () => {
      line.open = false;
    },
  };
}
