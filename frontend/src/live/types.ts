/** The parts of a live lesson as the hub sends them (classroom/hub/parts.py says who sees what). */

export interface SessionPart {
  state: "planned" | "open" | "live" | "ended";
  slide: number;
  codec: string;
  openedAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  startsAt: number;
  endsAt: number;
}

export interface SlidePart {
  no: number;
  heading: string;
  lines: string[];
  image: string;
}

export interface RoomPart {
  id: number;
  name: string;
  className: string;
  host: boolean;
  assistant: string;
  enrolled: number;
  devices: number;
  online: number | null;
  gone: number | null;
  net: { mode: string; kbps: number; loss: number; rtt: number } | null;
  roll: { present: number; absent: number; leave: number; late: number } | null;
  hands: number;
  spoke: boolean;
  answered: number;
}

export interface QuestionPart {
  id: number;
  seq: number;
  kind: "single" | "multiple" | "true_false";
  stem: string;
  options: string[];
  state: "open" | "closed" | "revealed";
  openedAt: number;
  closesAt: number;
  keyPoint: string;
  /** Letters of the right options; empty for pupils and rooms until the reveal. */
  answer: string;
  survey: boolean;
}

export interface HostTally {
  question: number;
  answered: number;
  enrolled: number;
  right: number | null;
  choices: Record<string, { total: number; rooms: Record<string, number> }>;
  rooms: Record<
    string,
    { answered: number; enrolled: number; right: number | null; way: string }
  >;
}

export interface RoomTally {
  question: number;
  answered: number;
  enrolled: number;
  rooms: Record<string, { answered: number; enrolled: number }>;
  choices: Record<string, number> | null;
}

export interface HandPart {
  class: number | null;
  person: number | null;
  name: string;
  at: number;
}

export interface PupilPart {
  id: number;
  name: string;
  seat: number | null;
  status: "" | "present" | "absent" | "leave" | "late";
  done: boolean;
  linked: boolean;
}

export interface DutyPart {
  id: number;
  link: string;
  text: string;
  automatic: boolean;
  dueAt: number;
  done: boolean;
}

export interface ChatPart {
  id: number;
  at: number;
  from: string;
  person: number | null;
  class: number | null;
  text: string;
}

export interface LogPart {
  at: number;
  kind: string;
  class: number | null;
  text: string;
}

/** Everything a seat may hold; which parts exist depends on the seat. */
export interface Parts {
  session: SessionPart;
  cue: { floor: number | null; muted: boolean };
  hostOnline: boolean;
  deck?: SlidePart[];
  slide?: SlidePart | null;
  rooms?: RoomPart[];
  question?: QuestionPart | null;
  tally?: HostTally | RoomTally | null;
  hands?: HandPart[];
  hint?: { text: string; rooms: string[] } | null;
  past?: { seq: number; stem: string; answered: number; right: number | null }[];
  log?: LogPart[];
  roster?: PupilPart[];
  duties?: DutyPart[];
  chat?: ChatPart[];
  mine?: { choice: string; hand: boolean };
}

export type PartName = keyof Parts;

/** What the server writes into the page for the island. */
export interface PageData {
  seat: string;
  kind: "host" | "room" | "pupil" | "observer";
  classId: number | null;
  personId: number;
  name: string;
  now: number;
  lesson: {
    id: number;
    title: string;
    subject: string;
    grade: string;
    form: string;
    teacher: string;
    school: string;
    startsAt: number;
    endsAt: number;
    opensBefore: number;
  };
  urls: {
    hub: string;
    events: string;
    send: string;
    media?: string;
    summary?: string;
    protocol?: string;
  };
  settings: {
    reconnectSeconds: number;
    offlineSeconds: number;
    answerSeconds: number;
    videoKbps: number;
    lowVideoKbps: number;
    heldLeastPercent: number;
  };
  keyPoints: { id: number; title: string }[];
  parts: Parts;
}

/** An act on its way: `t` and `id` besides the fields of its kind. */
export interface Act {
  t: string;
  id: string;
  at: number;
  [field: string]: unknown;
}

export type ServerMessage =
  | { t: "hello"; seat: string; link: string; now: number; version: number }
  | { t: "state"; full: boolean; parts: Partial<Parts> }
  | { t: "ack"; id: string; again: boolean }
  | { t: "refused"; id: string; text: string }
  | { t: "pong"; c: number; s: number };
