/** A pupil's own device: the question, big answers, what became of them, a hand. */
import "./live.css";

import { el, fill, need, onAct, setAttribute, show, write } from "./dom";
import { hubOf, pageData } from "./hub";
import { LETTERS, drawIcons, drawSlide, eachSecond, part, showLink, timeLeft, told } from "./page";

const root = need(document, "#live");
const data = pageData();
const hub = hubOf(data);
/** What was pressed last, until the server says what it keeps. */
let pressed = { question: 0, choice: "", sent: false };

/** What was pressed here, else what a closed page left unsent, else what the server keeps. */
function chosen(): string {
  const { question, mine } = hub.parts;
  if (!question) return "";
  if (pressed.question === question.id) return pressed.choice;
  const left = hub.outbox.waiting().filter((act) => act.t === "answer" && act.question === question.id);
  return left.length > 0 ? String(left[left.length - 1]?.choice) : (mine?.choice ?? "");
}

function press(letter: string): void {
  const { question } = hub.parts;
  if (!question || question.state !== "open") return;
  let choice = letter;
  if (question.kind === "multiple") {
    const now = new Set(chosen());
    if (now.has(letter)) now.delete(letter);
    else now.add(letter);
    choice = [...now].sort().join("");
    if (choice === "") choice = letter;
  }
  pressed = { question: question.id, choice, sent: false };
  draw();
  void told(hub.act("answer", { question: question.id, choice }, true)).then((ok) => {
    if (pressed.question === question.id && pressed.choice === choice) {
      pressed = ok ? { ...pressed, sent: true } : { question: 0, choice: "", sent: false };
    }
    draw();
  });
}

/** The question on the screen; when the lesson is over there is none any more. */
function asked(): typeof hub.parts.question {
  return hub.parts.session.state === "ended" ? null : hub.parts.question;
}

function answerWords(): string {
  const question = asked();
  if (!question) return "";
  const choice = chosen();
  if (question.state === "revealed" && question.answer !== "") {
    if (choice === "") return `答案是 ${question.answer}`;
    return choice === question.answer ? "答对了！" : `答案是 ${question.answer}，听老师再讲一讲。`;
  }
  if (question.state !== "open") return choice === "" ? "作答已结束" : "已交，等老师公布";
  if (choice === "") return "";
  const stored = pressed.question !== question.id || pressed.sent;
  if (hub.outbox.size === 0 && stored) return `已交 ${choice}，老师收到了，还可以改`;
  return hub.status === "online" ? `已选 ${choice}，正在发送…` : `已选 ${choice}，先存在本机，联网后自动上交`;
}

function draw(): void {
  const { session } = hub.parts;
  const question = asked();
  write(part(root, "label"), question ? `随堂问 ${question.seq} ${timeLeft(hub)}` : "课堂");
  const waiting = session.state === "ended" ? "下课了" : session.state === "live" ? "看大屏幕，听老师讲" : "等老师上课";
  write(part(root, "stem"), question ? question.stem : waiting);
  const form = part(root, "choices");
  const name = question ? `${question.id}:${question.state}` : "";
  if (form.getAttribute("data-shown") !== name) {
    form.setAttribute("data-shown", name);
    fill(
      form,
      ...(question?.options ?? []).map((text, index) =>
        el("button", { type: "button", class: "live-choice", "data-act": "choose", "data-letter": LETTERS[index] },
          el("b", {}, LETTERS[index] ?? ""), ` ${text}`),
      ),
    );
  }
  const choice = chosen();
  for (const button of Array.from(form.querySelectorAll("button"))) {
    const letter = button.dataset.letter ?? "";
    setAttribute(button, "aria-pressed", choice.includes(letter) ? "true" : "false");
    setAttribute(button, "disabled", question?.state !== "open");
    button.classList.toggle("live-choice-right", question?.state === "revealed" && question.answer.includes(letter));
  }
  write(part(root, "sent"), answerWords());
  drawSlide(part(root, "slide"), hub.parts.slide);
  const up = hub.parts.mine?.hand ?? false;
  const hand = need(root, '[data-act="hand"]');
  setAttribute(hand, "aria-pressed", up ? "true" : "false");
  write(need(hand, "[data-label]"), up ? "放下手" : "举手");
  show(hand, session.state === "live" || session.state === "open");
}

drawIcons(root, { hand: "hand-stop" });
onAct(root, {
  choose: (button) => {
    press(button.dataset.letter ?? "");
  },
  hand: () => {
    void told(hub.act("hand", { up: !(hub.parts.mine?.hand ?? false) }));
  },
});
part(root, "choices").addEventListener("submit", (event) => {
  event.preventDefault();
});
hub.onParts(draw);
hub.onStatus(() => {
  showLink(root, hub);
});
eachSecond(() => {
  showLink(root, hub);
  draw();
});
hub.start();
