/** The camera and the microphone of this page, or the stream that the page publishes instead. */

import type { JoinOptions } from "./rtc-protocol";

export type Kind = "audio" | "video";

const CAMERA: MediaTrackConstraints = { width: 640, height: 360, frameRate: 15 };
const MICROPHONE: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

export class Devices {
  /** What can be published now. */
  readonly stream = new MediaStream();
  /** What the others are told is off: by wish, by lack, or by fault. */
  readonly muted = { audio: true, video: true };

  private readonly options: JoinOptions;
  private readonly failed: (kind: Kind, error: string) => void;

  /** `failed` hears of every device that could not be opened or has gone. */
  constructor(options: JoinOptions, failed: (kind: Kind, error: string) => void) {
    this.options = options;
    this.failed = failed;
  }

  /** Open what is to be published, one by one: a room without a camera still has a voice. */
  async open(): Promise<void> {
    const { stream, publishAudio, publishVideo } = this.options;
    if (stream) {
      for (const track of stream.getTracks()) this.stream.addTrack(track);
    } else {
      if (publishAudio) await this.openOne("audio");
      if (publishVideo) await this.openOne("video");
    }
    this.muted.audio = this.track("audio") === null;
    this.muted.video = this.track("video") === null;
  }

  /** Close camera and microphone; a stream that the page gave stays as it is. */
  close(): void {
    if (this.options.stream) return;
    for (const track of this.stream.getTracks()) this.discard(track);
  }

  /** The track to send, null when there is none or it is not to be published. */
  track(kind: Kind): MediaStreamTrack | null {
    const wanted = kind === "audio" ? this.options.publishAudio : this.options.publishVideo;
    const [track] =
      kind === "audio" ? this.stream.getAudioTracks() : this.stream.getVideoTracks();
    return wanted && track ? track : null;
  }

  /** Silence the microphone, or not. */
  setMuted(muted: boolean): void {
    this.muted.audio = muted || this.track("audio") === null;
    for (const track of this.stream.getAudioTracks()) track.enabled = !muted;
  }

  /** Open or close the camera; closed, its lamp is out, unless the page gave the stream. */
  async setCamera(on: boolean): Promise<void> {
    if (!this.options.stream && !on) {
      for (const track of this.stream.getVideoTracks()) this.discard(track);
    } else if (!this.options.stream && this.track("video") === null) {
      await this.openOne("video");
    }
    this.muted.video = !on || this.track("video") === null;
  }

  private async openOne(kind: Kind): Promise<void> {
    const wanted =
      kind === "audio" ? { audio: MICROPHONE } : { video: this.options.video ?? CAMERA };
    try {
      const opened = await navigator.mediaDevices.getUserMedia(wanted);
      for (const track of opened.getTracks()) this.keep(track, kind);
    } catch (error) {
      this.muted[kind] = true;
      this.failed(kind, error instanceof Error ? error.name : String(error));
    }
  }

  private keep(track: MediaStreamTrack, kind: Kind): void {
    this.stream.addTrack(track);
    track.onended = () => {
      this.discard(track);
      this.muted[kind] = true;
      this.failed(kind, "ended");
    };
  }

  private discard(track: MediaStreamTrack): void {
    track.onended = null;
    track.stop();
    this.stream.removeTrack(track);
  }
}
