/**
 * A lesson's two-way sound and picture, from the page's side (docs/adr/0005-media-engine.md).
 *
 * One websocket for signals, one peer connection with a fixed slot for everyone else. It comes
 * back by itself after a lost network, a restarted web server or a restarted engine. Runs from
 * Chromium 83 on.
 */

import { Devices } from "./rtc-devices";
import { changes, pauseMs } from "./rtc-protocol";
import type {
  FromEngine,
  JoinOptions,
  Participant,
  Reception,
  RoomEvents,
  State,
  Welcome,
} from "./rtc-protocol";

export type { JoinOptions, Participant, Reception, RoomEvents, State } from "./rtc-protocol";

interface Slot {
  audio: RTCRtpTransceiver;
  video: RTCRtpTransceiver;
  stream: MediaStream;
}

interface Inbound {
  type: string;
  framesDecoded?: number;
  frameWidth?: number;
  frameHeight?: number;
  bytesReceived?: number;
  packetsLost?: number;
  audioLevel?: number;
}

type Timer = ReturnType<typeof setTimeout>;

const BEAT_MS = 2000;
const SILENT_MS = 6000;
const GATHER_MS = 800;
const CONNECT_MS = 8000;
const RECOVER_MS = 2000;
const COME_BACK = ["token", "shutdown"];
const MAX_REFUSED_TOKENS = 3;

/** A place in a room. `join` once, `leave` once; everything between repairs itself. */
export class RoomMedia extends EventTarget {
  /** The others, as last told by the engine. */
  participants: Participant[] = [];
  state: State = "connecting";

  private url = "";
  private token = "";
  private options: JoinOptions = { publishAudio: false, publishVideo: false };
  private devices: Devices | null = null;
  private socket: WebSocket | null = null;
  private welcome: Welcome | null = null;
  private pc: RTCPeerConnection | null = null;
  private senders: { audio: RTCRtpSender; video: RTCRtpSender } | null = null;
  private slots: Slot[] = [];
  private encoding: RTCRtpEncodingParameters = {};
  private settingParameters: Promise<void> = Promise.resolve();
  private attempt = 0;
  private refused = 0;
  private heardAt = 0;
  private beats = 0;
  private readonly decoded = new Map<string, number>();
  private beatTimer: Timer | undefined;
  private retryTimer: Timer | undefined;
  private mediaTimer: Timer | undefined;

  /** Listen to an event; the result stops listening. */
  on<K extends keyof RoomEvents>(name: K, handler: (detail: RoomEvents[K]) => void): () => void {
    const listener = (event: Event): void => {
      handler((event as CustomEvent<RoomEvents[K]>).detail);
    };
    this.addEventListener(name, listener);
    return () => {
      this.removeEventListener(name, listener);
    };
  }

  /** Enter the room at a websocket address: `/rtc/ROOM` of this site. */
  async join(url: string, token: string, options: JoinOptions): Promise<void> {
    this.url = new URL(url, location.href).href.replace(/^http/, "ws");
    this.token = token;
    this.options = options;
    this.devices = new Devices(options, (kind, error) => {
      this.tellMuted();
      this.emit("device", { kind, error });
    });
    await this.devices.open();
    this.emit("local", { stream: this.devices.stream });
    window.addEventListener("online", this.hurry);
    window.addEventListener("pagehide", this.goodbye);
    this.beatTimer = setInterval(() => void this.beat(), BEAT_MS);
    this.connect();
  }

  /** Leave the room and give camera and microphone back. */
  leave(): void {
    this.goodbye();
    this.finish("left");
  }

  /** Switch the microphone off or on. */
  setMuted(muted: boolean): void {
    this.devices?.setMuted(muted);
    this.tellMuted();
  }

  /** Switch the camera off or on. */
  async setCamera(on: boolean): Promise<void> {
    await this.devices?.setCamera(on);
    await this.attachTracks();
    this.tellMuted();
  }

  /** What arrives from each participant. */
  async stats(): Promise<Reception[]> {
    const receptions: Promise<Reception>[] = [];
    for (const { id, slot } of this.participants) {
      const place = slot === null ? undefined : this.slots[slot];
      if (place) receptions.push(reception(id, place));
    }
    return Promise.all(receptions);
  }

  // Signals: the websocket, and how it comes back.

  private connect(): void {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.heardAt = performance.now();
    socket.onopen = () => {
      this.send({ type: "hello", token: this.token, resume: this.welcome?.session });
    };
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      this.heardAt = performance.now();
      void this.obey(JSON.parse(String(event.data)) as FromEngine);
    };
    socket.onclose = () => {
      if (socket === this.socket) this.comeBack("network");
    };
  }

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private tellMuted(): void {
    if (this.devices) this.send({ type: "mute", ...this.devices.muted });
  }

  private async obey(message: FromEngine): Promise<void> {
    switch (message.type) {
      case "welcome":
        await this.begin(message);
        break;
      case "answer":
        await this.accept(message.sdp);
        break;
      case "restart":
        await this.offer();
        break;
      case "tracks":
        this.seat(message.participants);
        break;
      case "limit":
        this.limit(message.video_kbps, message.video);
        break;
      case "stats":
        this.emit("stats", { participants: message.participants });
        break;
      case "bye":
        this.dismissed(message.reason);
        break;
      case "pong":
        break;
    }
  }

  private dismissed(reason: string): void {
    if (reason === "token") this.refused += 1;
    if (COME_BACK.includes(reason) && this.refused < MAX_REFUSED_TOKENS) this.comeBack(reason);
    else this.finish(reason);
  }

  private comeBack(reason: string): void {
    if (this.state === "left") return;
    this.dropSocket();
    this.become("reconnecting", reason);
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => void this.retry(), pauseMs(this.attempt));
    this.attempt += 1;
  }

  private async retry(): Promise<void> {
    try {
      if (this.options.freshToken) this.token = await this.options.freshToken();
    } catch {
      this.comeBack("network");
      return;
    }
    if (this.state === "reconnecting" && !this.socket) this.connect();
  }

  /** The operating system says that the network is back: do not wait any longer. */
  private readonly hurry = (): void => {
    if (this.state === "reconnecting") {
      this.attempt = 0;
      this.comeBack("network");
    }
  };

  private readonly goodbye = (): void => {
    this.send({ type: "bye" });
  };

  private dropSocket(): void {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private finish(reason: string): void {
    clearInterval(this.beatTimer);
    clearTimeout(this.retryTimer);
    window.removeEventListener("online", this.hurry);
    window.removeEventListener("pagehide", this.goodbye);
    this.become("left", reason);
    this.dropSocket();
    this.closePeer();
    this.devices?.close();
    this.seat([]);
  }

  /** Every two seconds: show that we live, notice when the engine does not, report pictures. */
  private async beat(): Promise<void> {
    if (!this.socket) return;
    if (performance.now() - this.heardAt > SILENT_MS) {
      this.comeBack("network");
      return;
    }
    this.beats += 1;
    this.send({ type: "ping", n: this.beats });
    const seen: Record<string, number> = {};
    for (const { id, framesDecoded } of await this.stats()) {
      const fresh = framesDecoded - (this.decoded.get(id) ?? 0);
      seen[id] = (Math.max(0, fresh) * 1000) / BEAT_MS;
      this.decoded.set(id, framesDecoded);
    }
    this.send({ type: "report", seen });
  }

  // Media: the peer connection and its slots.

  private async begin(welcome: Welcome): Promise<void> {
    this.welcome = welcome;
    this.attempt = 0;
    this.refused = 0;
    this.tellMuted();
    if (welcome.resumed && this.pc?.connectionState === "connected") this.become("joined", "");
    else await this.offer();
  }

  /** Connect the media anew; whatever was there before is given up. */
  private async offer(): Promise<void> {
    const welcome = this.welcome;
    if (!welcome || this.state === "left") return;
    this.closePeer();
    const pc = new RTCPeerConnection({
      iceServers: welcome.ice_servers,
      bundlePolicy: "max-bundle",
    });
    this.pc = pc;
    pc.onconnectionstatechange = () => {
      this.mediaChanged(pc);
    };
    this.mediaTimer = setTimeout(() => void this.offer(), CONNECT_MS);
    this.addSections(pc, welcome);
    this.announce(this.participants.map((p) => p.id));
    await this.attachTracks();
    await pc.setLocalDescription(await pc.createOffer());
    await gathered(pc);
    if (pc !== this.pc || !pc.localDescription) return;
    this.send({ type: "offer", sdp: pc.localDescription.sdp });
    pc.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate) {
        this.send({ type: "ice", candidate: candidate.candidate, mid: candidate.sdpMid ?? "0" });
      }
    };
  }

  /** The engine expects exactly these sections in this order. */
  private addSections(pc: RTCPeerConnection, welcome: Welcome): void {
    this.encoding = { maxBitrate: welcome.video_kbps * 1000, active: true };
    if (welcome.publish) {
      const out = { direction: "sendonly" as const };
      this.senders = {
        audio: pc.addTransceiver("audio", out).sender,
        video: pc.addTransceiver("video", { ...out, sendEncodings: [this.encoding] }).sender,
      };
    }
    for (let n = 0; n < welcome.slots; n += 1) {
      const audio = pc.addTransceiver("audio", { direction: "recvonly" });
      const video = pc.addTransceiver("video", { direction: "recvonly" });
      const stream = new MediaStream([audio.receiver.track, video.receiver.track]);
      this.slots.push({ audio, video, stream });
    }
  }

  private async attachTracks(): Promise<void> {
    if (!this.senders || !this.devices) return;
    const picture = this.devices.muted.video ? null : this.devices.track("video");
    await this.senders.audio.replaceTrack(this.devices.track("audio"));
    await this.senders.video.replaceTrack(picture);
  }

  private async accept(sdp: string): Promise<void> {
    if (this.pc?.signalingState === "have-local-offer") {
      await this.pc.setRemoteDescription({ type: "answer", sdp });
    }
  }

  private mediaChanged(pc: RTCPeerConnection): void {
    if (pc !== this.pc) return;
    clearTimeout(this.mediaTimer);
    if (pc.connectionState === "connected") {
      this.become("joined", "");
    } else if (pc.connectionState === "failed") {
      this.become("reconnecting", "media");
      void this.offer();
    } else {
      const patience = pc.connectionState === "disconnected" ? RECOVER_MS : CONNECT_MS;
      this.mediaTimer = setTimeout(() => void this.offer(), patience);
    }
  }

  private closePeer(): void {
    clearTimeout(this.mediaTimer);
    if (this.pc) {
      this.pc.onconnectionstatechange = null;
      this.pc.onicecandidate = null;
      this.pc.close();
    }
    this.pc = null;
    this.senders = null;
    this.slots = [];
    this.decoded.clear();
  }

  private seat(participants: Participant[]): void {
    const { come, gone } = changes(this.participants, participants);
    this.participants = participants;
    for (const id of gone) this.emit("gone", { id });
    this.announce(come);
    this.emit("participants", { participants });
  }

  private announce(ids: string[]): void {
    for (const { id, slot } of this.participants) {
      const place = slot === null ? undefined : this.slots[slot];
      if (place && ids.includes(id)) this.emit("track", { id, stream: place.stream });
    }
  }

  private limit(kbps: number, video: boolean): void {
    this.encoding = { maxBitrate: kbps * 1000, active: video };
    this.emit("limit", { videoKbps: kbps, video });
    // One after the other: Chromium refuses parameters read before another change was made.
    this.settingParameters = this.settingParameters
      .then(() => this.applyLimit())
      .catch(() => undefined);
  }

  private async applyLimit(): Promise<void> {
    const sender = this.senders?.video;
    const parameters = sender?.getParameters();
    const encoding = parameters?.encodings[0];
    if (!sender || !parameters || !encoding) return;
    Object.assign(encoding, this.encoding);
    await sender.setParameters(parameters);
  }

  private become(state: State, reason: string): void {
    if (this.state === "left" || (state === this.state && state !== "reconnecting")) return;
    this.state = state;
    this.emit("state", { state, reason });
  }

  private emit<K extends keyof RoomEvents>(name: K, detail: RoomEvents[K]): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** Wait until all candidates are found, but not for an unreachable STUN server. */
async function gathered(pc: RTCPeerConnection): Promise<void> {
  if (pc.iceGatheringState === "complete") return;
  await new Promise<void>((done) => {
    const timer = setTimeout(done, GATHER_MS);
    pc.addEventListener("icegatheringstatechange", () => {
      if (pc.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      done();
    });
  });
}

async function reception(id: string, slot: Slot): Promise<Reception> {
  const audio = await inbound(slot.audio.receiver);
  const video = await inbound(slot.video.receiver);
  return {
    id,
    framesDecoded: video.framesDecoded ?? 0,
    width: video.frameWidth ?? 0,
    height: video.frameHeight ?? 0,
    bytes: (audio.bytesReceived ?? 0) + (video.bytesReceived ?? 0),
    packetsLost: (audio.packetsLost ?? 0) + (video.packetsLost ?? 0),
    level: audio.audioLevel ?? 0,
  };
}

async function inbound(receiver: RTCRtpReceiver): Promise<Inbound> {
  let found: Inbound = { type: "" };
  (await receiver.getStats()).forEach((report: Inbound) => {
    if (report.type === "inbound-rtp") found = report;
  });
  return found;
}
