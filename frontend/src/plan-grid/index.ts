/**
 * <tk-plan-grid data-island="plan-grid" data-base="…/lessons/">: lessons of a week grid are picked
 * up and dropped.
 *
 * At pick-up the server says of every period whether the lesson may go there, what it would cost,
 * or who is in the way; nothing is asked again while it hovers. Mouse: drag. Touch: hold, then tap
 * a green cell. Keys: Space picks up, arrows jump between green cells, Enter drops, Esc puts back.
 * The drop is an ordinary form that is sent, so that the page comes back as the server has it.
 */
import { best, type Direction, next, note, open, type Options, type Target } from "./targets";

const HOLD_MS = 350;
const ARROWS: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

class PlanGrid extends HTMLElement {
  #card: HTMLElement | null = null;
  #cells: Target[] = [];
  #at: Target | null = null;
  #hold = 0;
  #held = false;

  connectedCallback(): void {
    if (this.#form() === null) return;
    this.addEventListener("dragstart", (event) => {
      const card = cardOf(event.target);
      if (card === null || card.dataset.locked !== undefined) return;
      event.dataTransfer?.setData("text/plain", card.dataset.name ?? "");
      void this.#pick(card);
    });
    this.addEventListener("dragend", () => {
      this.#clear();
    });
    this.addEventListener("dragover", (event) => {
      const target = this.#targetOf(event.target);
      if (target === null || !open(target)) return;
      event.preventDefault();
      this.#point(target);
    });
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      this.#drop(this.#targetOf(event.target));
    });
    this.addEventListener("keydown", (event) => {
      this.#key(event);
    });
    this.#touch();
  }

  #touch(): void {
    this.addEventListener("pointerdown", (event) => {
      const card = cardOf(event.target);
      this.#held = false;
      if (event.pointerType !== "touch" || card === null || card.dataset.locked !== undefined) return;
      this.#hold = window.setTimeout(() => {
        this.#held = true;
        void this.#pick(card);
      }, HOLD_MS);
    });
    for (const name of ["pointerup", "pointercancel", "pointermove"]) {
      this.addEventListener(name, () => {
        window.clearTimeout(this.#hold);
      });
    }
    this.addEventListener("contextmenu", (event) => {
      // Holding a link opens a menu on phones; here it picks the lesson up.
      if (this.#held) event.preventDefault();
    });
    this.addEventListener("click", (event) => {
      if (this.#card === null) return;
      event.preventDefault();
      if (this.#held) {
        this.#held = false;
        return;
      }
      const target = this.#targetOf(event.target);
      if (target === null) this.#putBack();
      else this.#drop(target);
    });
  }

  #key(event: KeyboardEvent): void {
    const card = cardOf(event.target);
    if (this.#card === null) {
      if (event.key !== " " || card === null) return;
      event.preventDefault();
      if (card.dataset.locked === undefined) void this.#pick(card);
      else this.#say("这节课已经锁定，先解锁才能移动。");
      return;
    }
    const direction = ARROWS[event.key];
    if (direction !== undefined) {
      event.preventDefault();
      this.#step(direction);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.#drop(this.#at);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.#putBack();
    }
  }

  #step(direction: Direction): void {
    const from = this.#at ?? this.#cells.find((cell) => cell.here) ?? best(this.#cells) ?? this.#cells[0];
    if (from === undefined) return;
    const to = next(this.#cells, from, direction);
    if (to === from) this.#say("这个方向没有可以放的位置。");
    else this.#point(to, true);
  }

  async #pick(card: HTMLElement): Promise<void> {
    this.#clear();
    this.#card = card;
    card.classList.add("plan-picked");
    const found = await this.#ask(card);
    // It may have been put back while the answer was on its way.
    if (found === null || this.#card !== card) return;
    this.#cells = found.cells;
    this.classList.add("plan-moving");
    const first = best(found.cells);
    for (const cell of found.cells) this.#mark(cell, cell === first);
    const count = found.cells.filter(open).length;
    const advice = first === null ? "没有空的位置" : `最好放在${first.words}，${first.points}`;
    this.#say(`拿起${found.name}，有 ${count} 处可以放，${advice}。`);
  }

  async #ask(card: HTMLElement): Promise<Options | null> {
    try {
      const url = `${this.dataset.base ?? ""}${card.dataset.entry ?? ""}/options/`;
      const response = await fetch(url, { headers: { Accept: "application/json" } });
      const body = (await response.json()) as Options & { refusal?: string };
      if (body.refusal !== undefined) {
        this.#putBack(body.refusal);
        return null;
      }
      if (String(body.revision) !== this.#field("revision")?.value) {
        this.#say("方案刚刚被别人改过，正在刷新。");
        window.location.reload();
        return null;
      }
      return body;
    } catch {
      this.#putBack("没有连上服务器，课没有拿起来。");
      return null;
    }
  }

  #mark(cell: Target, isBest: boolean): void {
    const place = this.#place(cell);
    if (place === null) return;
    const kind = cell.here ? "here" : cell.legal ? "legal" : cell.swap === null ? "blocked" : "swap";
    place.classList.add("plan-target", `plan-${kind}`);
    if (isBest) place.classList.add("plan-best");
    place.setAttribute("tabindex", "-1");
    const words = document.createElement("small");
    words.className = "plan-note";
    words.textContent = isBest ? `最佳 · ${cell.points}` : note(cell);
    place.append(words);
    place.title = note(cell);
  }

  #point(target: Target, speak = false): void {
    if (this.#at === target) return;
    this.#at = target;
    for (const place of this.querySelectorAll(".plan-over")) place.classList.remove("plan-over");
    const place = this.#place(target);
    place?.classList.add("plan-over");
    if (!speak) return;
    place?.focus();
    this.#say(`${target.words} ${target.clock}，${note(target)}`);
  }

  #drop(target: Target | null): void {
    const form = this.#form();
    const card = this.#card;
    if (target === null || form === null || card === null) return;
    if (!open(target)) {
      this.#say(target.here ? "原来就在这里。" : `不能放：${note(target)}`);
      return;
    }
    const swapping = !target.legal && target.swap !== null;
    this.#set("weekday", String(target.weekday));
    this.#set("seq", String(target.seq));
    this.#set("room", target.room === null ? "" : String(target.room));
    this.#set("other", target.swap === null ? "" : String(target.swap));
    form.action = `${this.dataset.base ?? ""}${card.dataset.entry ?? ""}/${swapping ? "swap" : "move"}/`;
    this.#say(`正在放到${target.words}。`);
    form.submit();
  }

  #putBack(words = "已放回原处。"): void {
    const card = this.#card;
    this.#clear();
    this.#say(words);
    card?.focus();
  }

  #clear(): void {
    this.#card?.classList.remove("plan-picked");
    this.#card = null;
    this.#at = null;
    this.#cells = [];
    this.classList.remove("plan-moving");
    for (const place of this.querySelectorAll<HTMLElement>(".plan-target")) {
      place.classList.remove("plan-target", "plan-here", "plan-legal", "plan-blocked", "plan-swap", "plan-best", "plan-over");
      place.querySelector(".plan-note")?.remove();
      place.removeAttribute("tabindex");
      place.removeAttribute("title");
    }
  }

  #targetOf(what: EventTarget | null): Target | null {
    const place = what instanceof Element ? what.closest<HTMLElement>("[data-cell]") : null;
    const at = place?.dataset.cell;
    return this.#cells.find((cell) => `${cell.weekday}-${cell.seq}` === at) ?? null;
  }

  #place(cell: Target): HTMLElement | null {
    return this.querySelector<HTMLElement>(`[data-cell="${cell.weekday}-${cell.seq}"]`);
  }

  #form(): HTMLFormElement | null {
    return this.querySelector<HTMLFormElement>("form[data-drop]");
  }

  #field(name: string): HTMLInputElement | null {
    return this.#form()?.querySelector<HTMLInputElement>(`input[name="${name}"]`) ?? null;
  }

  #set(name: string, value: string): void {
    const field = this.#field(name);
    if (field !== null) field.value = value;
  }

  #say(words: string): void {
    const place = this.querySelector("[data-say]");
    if (place !== null) place.textContent = words;
  }
}

function cardOf(what: EventTarget | null): HTMLElement | null {
  return what instanceof Element ? what.closest<HTMLElement>(".plan-card") : null;
}

/** Register the element; called by the loader of islands. */
export function define(): void {
  if (customElements.get("tk-plan-grid") === undefined) customElements.define("tk-plan-grid", PlanGrid);
}
