/**
 * The device check before a lesson: camera, microphone with a level, speaker, network, browser.
 *
 * Everything stays on this device; nothing is recorded or sent but a few pings.
 */

import { need, setAttribute, show, write } from "./dom";

type State = "ok" | "warn" | "danger" | "muted";

const STATES: State[] = ["ok", "warn", "danger", "muted"];
/** Louder than this counts as a voice; a quiet room stays below. */
const VOICE = 0.04;
const PINGS = 5;
const SLOW_MS = 400;

/** What a round trip means for a lesson. */
export function judgeTrip(ms: number | null): { state: State; word: string; note: string } {
  if (ms === null) {
    return { state: "danger", word: "连不上", note: "课堂服务没有回答，请检查网线或无线网络。" };
  }
  const note = `往返 ${Math.round(ms)} 毫秒。`;
  return ms <= SLOW_MS
    ? { state: "ok", word: "正常", note }
    : { state: "warn", word: "较慢", note: `${note}画面可能不流畅，声音优先。` };
}

/** Loudness between 0 and 1 of one moment of sound, samples around 128. */
export function loudness(samples: Uint8Array): number {
  let sum = 0;
  for (const sample of samples) sum += ((sample - 128) / 128) ** 2;
  return Math.min(1, Math.sqrt(sum / Math.max(1, samples.length)) * 3);
}

/** What a failed device means, in words a teacher can act on. */
export function deviceFault(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError") return "没有允许使用，请点地址栏左边的图标改为“允许”。";
  if (name === "NotFoundError") return "没有找到设备，请检查是否插好。";
  if (name === "NotReadableError") return "设备被别的软件占用，请先关闭那个软件。";
  return "打不开，请换一个浏览器或联系技术员。";
}

class LiveCheck extends HTMLElement {
  private camera: MediaStream | null = null;
  private microphone: MediaStream | null = null;
  private context: AudioContext | null = null;
  private frame = 0;

  connectedCallback(): void {
    this.addEventListener("click", (event) => {
      this.pressed((event.target as Element).closest<HTMLElement>("[data-act]")?.dataset.act ?? "");
    });
    this.on("cameras", (id) => void this.openCamera(id));
    this.on("microphones", (id) => void this.openMicrophone(id));
    this.judgeBrowser();
    void this.openAll();
    void this.ping();
  }

  disconnectedCallback(): void {
    cancelAnimationFrame(this.frame);
    for (const track of this.camera?.getTracks() ?? []) track.stop();
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    void this.context?.close();
  }

  private piece<T extends Element = HTMLElement>(name: string): T {
    return need<T>(this, `[data-part="${name}"]`);
  }

  private on(name: string, pick: (id: string) => void): void {
    const select = this.piece<HTMLSelectElement>(name);
    select.addEventListener("change", () => {
      pick(select.value);
    });
  }

  private say(name: string, state: State, word: string, note = ""): void {
    const badge = this.piece(name);
    for (const one of STATES) badge.classList.toggle(`badge-${one}`, one === state);
    write(badge, word);
    if (note !== "") write(this.piece(`${name}-note`), note);
  }

  private judgeBrowser(): void {
    const can = "RTCPeerConnection" in window && "mediaDevices" in navigator;
    if (can) this.say("browser", "ok", "正常", "支持实时音视频。");
    else this.say("browser", "danger", "不支持", "请用新版浏览器，并从正式网址（https）进入。");
  }

  private async openAll(): Promise<void> {
    if (!("mediaDevices" in navigator)) return;
    await this.openCamera("");
    await this.openMicrophone("");
  }

  private async openCamera(id: string): Promise<void> {
    for (const track of this.camera?.getTracks() ?? []) track.stop();
    const video = this.piece<HTMLVideoElement>("picture");
    try {
      const wanted: MediaTrackConstraints = { width: 640, height: 360 };
      if (id !== "") wanted.deviceId = { exact: id };
      this.camera = await navigator.mediaDevices.getUserMedia({ video: wanted });
      video.srcObject = this.camera;
      show(video, true);
      show(this.piece("picture-note"), false);
      this.say("camera", "ok", "正常");
      await this.list("videoinput", "cameras", this.camera);
    } catch (error) {
      show(video, false);
      show(this.piece("picture-note"), true);
      write(this.piece("picture-note"), deviceFault(error));
      this.say("camera", "warn", "没有画面", deviceFault(error));
    }
  }

  private async openMicrophone(id: string): Promise<void> {
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    try {
      const wanted = id === "" ? true : { deviceId: { exact: id } };
      this.microphone = await navigator.mediaDevices.getUserMedia({ audio: wanted });
      this.say("microphone", "warn", "请说话");
      this.measure(this.microphone);
      await this.list("audioinput", "microphones", this.microphone);
    } catch (error) {
      this.say("microphone", "danger", "没有声音", deviceFault(error));
    }
  }

  /** The devices to choose from; their names are known once one of them is open. */
  private async list(kind: MediaDeviceKind, part: string, stream: MediaStream): Promise<void> {
    const select = this.piece<HTMLSelectElement>(part);
    const devices = await navigator.mediaDevices.enumerateDevices();
    const now = stream.getTracks()[0]?.getSettings().deviceId ?? "";
    select.textContent = "";
    for (const device of devices.filter((one) => one.kind === kind)) {
      const option = new Option(device.label || "未命名设备", device.deviceId);
      option.selected = device.deviceId === now;
      select.append(option);
    }
    setAttribute(select, "disabled", select.options.length === 0);
  }

  private measure(stream: MediaStream): void {
    cancelAnimationFrame(this.frame);
    this.context ??= new AudioContext();
    void this.context.resume();
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 1024;
    this.context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Uint8Array(analyser.fftSize);
    const level = this.piece<HTMLProgressElement>("level");
    const look = (): void => {
      analyser.getByteTimeDomainData(samples);
      const loud = loudness(samples);
      level.value = loud;
      if (loud > VOICE) this.say("microphone", "ok", "正常");
      this.frame = requestAnimationFrame(look);
    };
    look();
  }

  private pressed(act: string): void {
    if (act === "sound") this.ring();
    else if (act === "heard") this.say("speaker", "ok", "正常");
    else if (act === "unheard") {
      this.say("speaker", "danger", "听不到", "请调大音量，检查音箱的电源和连线，再点“试音”。");
    }
  }

  /** Three notes, loud enough for a room. */
  private ring(): void {
    this.context ??= new AudioContext();
    const { context } = this;
    void context.resume();
    [523, 659, 784].forEach((frequency, place) => {
      const tone = context.createOscillator();
      const volume = context.createGain();
      const from = context.currentTime + place * 0.35;
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0.0001, from);
      volume.gain.exponentialRampToValueAtTime(0.4, from + 0.03);
      volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.33);
      tone.connect(volume).connect(context.destination);
      tone.start(from);
      tone.stop(from + 0.34);
    });
    this.say("speaker", "warn", "听到了吗？");
  }

  private async ping(): Promise<void> {
    const trips: number[] = [];
    for (let n = 0; n < PINGS; n += 1) {
      const began = performance.now();
      try {
        const answer = await fetch(this.dataset.send ?? "", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          credentials: "same-origin",
          body: JSON.stringify({ link: "", messages: [] }),
        });
        if (answer.ok) trips.push(performance.now() - began);
      } catch {
        // Not reached: judged below.
      }
    }
    // The first one also opens the connection, so the best tells what the line can do.
    const { state, word, note } = judgeTrip(trips.length === 0 ? null : Math.min(...trips));
    this.say("network", state, word, note);
  }
}

/** Make the element known; called when a page holds one. */
export function define(): void {
  if (customElements.get("live-check") === undefined) {
    customElements.define("live-check", LiveCheck);
  }
}
