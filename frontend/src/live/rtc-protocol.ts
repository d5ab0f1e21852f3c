/** What page and media engine tell each other, and what `RoomMedia` tells the page (ADR 5). */

export type Role = "host" | "room" | "observer";
export type State = "connecting" | "joined" | "reconnecting" | "left";

/** Another participant as this page may show them. */
export interface Participant {
  id: string;
  name: string;
  role: Role;
  /** Place among the received streams; null until there is one. */
  slot: number | null;
  /** Whether the microphone and the camera are switched on. */
  audio: boolean;
  video: boolean;
  /** The picture is held back because the network cannot carry it; the sound goes on. */
  paused: boolean;
  /** Nothing has arrived for some seconds. */
  stalled: boolean;
  /** The page lost its signals and is expected back. */
  away: boolean;
}

export interface JoinOptions {
  publishAudio: boolean;
  publishVideo: boolean;
  /** Tracks to publish, for instance a composite canvas; else camera and microphone are opened. */
  stream?: MediaStream;
  /** What to ask of the camera; the default is 640x360 at 15 pictures a second. */
  video?: MediaTrackConstraints;
  /** Asks the page for a new token, because an old one has expired when the network is back. */
  freshToken?: () => Promise<string>;
}

/** What one participant's stream delivers here; counts grow from the beginning of the stream. */
export interface Reception {
  id: string;
  framesDecoded: number;
  width: number;
  height: number;
  bytes: number;
  packetsLost: number;
  /** Loudness between 0 and 1. */
  level: number;
}

/** Events of `RoomMedia`. */
export interface RoomEvents {
  /** `reason` says why the place was lost: "network", "media", or the engine's word in a bye. */
  state: { state: State; reason: string };
  participants: { participants: Participant[] };
  /** A participant's stream is there, or has been replaced: give it to a video element. */
  track: { id: string; stream: MediaStream };
  gone: { id: string };
  /** What is published from here. */
  local: { stream: MediaStream };
  /** The camera or the microphone could not be opened, or was pulled out. */
  device: { kind: "audio" | "video"; error: string };
  limit: { videoKbps: number; video: boolean };
  /** To hosts only, every two seconds: the lines of all participants. */
  stats: { participants: unknown[] };
}

export interface Welcome {
  type: "welcome";
  participant: string;
  publish: boolean;
  slots: number;
  session: string;
  resumed: boolean;
  video_kbps: number;
  ice_servers: RTCIceServer[];
}

/** Messages from the engine; the page ignores types it does not know. */
export type FromEngine =
  | Welcome
  | { type: "answer"; sdp: string }
  | { type: "restart" }
  | { type: "tracks"; participants: Participant[] }
  | { type: "limit"; video_kbps: number; video: boolean }
  | { type: "stats"; participants: unknown[] }
  | { type: "pong"; n: number }
  | { type: "bye"; reason: string };

/** How long to wait before the nth attempt to come back: 0.2 s at first, 5 s at most. */
export function pauseMs(attempt: number): number {
  return [200, 500, 1000, 2000, 3000][attempt] ?? 5000;
}

/** Ids that have got a slot, and ids that have lost theirs, between two lists. */
export function changes(
  before: Participant[],
  after: Participant[],
): { come: string[]; gone: string[] } {
  const old = before.filter((p) => p.slot !== null).map((p) => p.id);
  const now = after.filter((p) => p.slot !== null).map((p) => p.id);
  return {
    come: now.filter((id) => !old.includes(id)),
    gone: old.filter((id) => !now.includes(id)),
  };
}
