/** A form marked data-upload shows how much of its files has gone, and can be stopped. */

/** Send such forms by XMLHttpRequest, then show the page that the server answers with. */
export function showUpload(root: Document): void {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset.upload === undefined) return;
    if (!hasFile(form)) return;
    event.preventDefault();
    const submitter = event.submitter;
    send(form, submitter instanceof HTMLButtonElement ? submitter : null);
  });
}

function hasFile(form: HTMLFormElement): boolean {
  const boxes = form.querySelectorAll<HTMLInputElement>("input[type=file]");
  return [...boxes].some((box) => (box.files?.length ?? 0) > 0);
}

function send(form: HTMLFormElement, button: HTMLButtonElement | null): void {
  const { box, bar, words, stop } = panel();
  form.append(box);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.max = event.total;
    bar.value = event.loaded;
    words.textContent = progressWords(event.loaded, event.total);
  });
  request.addEventListener("load", () => {
    showAnswer(request);
  });
  request.addEventListener("error", () => {
    words.textContent = "网络断了，没有传完。请再试一次。";
    stop.remove();
  });
  stop.addEventListener("click", () => {
    request.abort();
    box.remove();
  });
  const body = new FormData(form);
  if (button !== null && button.name !== "") body.append(button.name, button.value);
  request.send(body);
}

/** "已传 3.2 / 12.0 MB" while it goes, then that the server is working on it. */
export function progressWords(loaded: number, total: number): string {
  const mega = (bytes: number): string => (bytes / 1048576).toFixed(1);
  return loaded >= total ? "已传完，正在检查文件……" : `已传 ${mega(loaded)} / ${mega(total)} MB`;
}

/** Sent on document with the new <main> as detail, so that it comes to life like any part. */
export const PART_EVENT = "tongke:part";

function showAnswer(request: XMLHttpRequest): void {
  const answer = new DOMParser().parseFromString(request.responseText, "text/html");
  const fresh = answer.getElementById("main");
  const old = document.getElementById("main");
  if (fresh === null || old === null) {
    location.reload();
    return;
  }
  // Shown as it came: asking for the page again would lose its one-time messages.
  old.replaceWith(fresh);
  document.title = answer.title;
  if (request.responseURL !== "") history.pushState(null, "", request.responseURL);
  window.scrollTo(0, 0);
  document.dispatchEvent(new CustomEvent(PART_EVENT, { detail: fresh }));
}

function panel(): {
  box: HTMLElement;
  bar: HTMLProgressElement;
  words: HTMLElement;
  stop: HTMLButtonElement;
} {
  const box = document.createElement("div");
  box.className = "upload";
  const words = document.createElement("p");
  words.setAttribute("aria-live", "polite");
  words.textContent = "正在上传……";
  const bar = document.createElement("progress");
  bar.className = "bar bar-primary";
  bar.setAttribute("aria-label", "上传进度");
  const stop = document.createElement("button");
  stop.type = "button";
  stop.className = "btn btn-default btn-sm";
  stop.textContent = "停止上传";
  box.append(words, bar, stop);
  return { box, bar, words, stop };
}
