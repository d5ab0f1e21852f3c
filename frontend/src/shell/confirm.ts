/** data-confirm="问题": ask before a button submits or a link is followed. */

type Control = HTMLButtonElement | HTMLAnchorElement;

const agreed = new WeakSet<Control>();

/** Ask in a <dialog> of our own look, or by the browser's own question where there is none. */
export function confirmFirst(root: Document): void {
  // Captured, so that the question comes before htmx and before the form sees the click.
  root.addEventListener("click", (event) => void onClick(event), true);
}

async function onClick(event: Event): Promise<void> {
  const control = controlOf(event.target);
  const question = control?.dataset.confirm;
  if (control === null || question === undefined || question === "") return;
  if (agreed.delete(control)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const grave = control.matches(".btn-danger, .btn-stop");
  if (await ask(question, control.textContent.trim(), grave)) {
    agreed.add(control);
    control.click();
  }
}

function controlOf(target: EventTarget | null): Control | null {
  if (!(target instanceof Element)) return null;
  return target.closest<Control>("button[data-confirm], a[data-confirm]");
}

/** True when the person agrees; Esc and 取消 mean no. A grave act gets a red button. */
export function ask(question: string, act: string, grave = false): Promise<boolean> {
  if (typeof HTMLDialogElement === "undefined" || !("showModal" in HTMLDialogElement.prototype)) {
    return Promise.resolve(window.confirm(question));
  }
  const dialog = document.createElement("dialog");
  dialog.className = "question";
  const words = document.createElement("p");
  words.textContent = question;
  words.id = "question-words";
  dialog.setAttribute("aria-labelledby", words.id);
  const actions = document.createElement("form");
  actions.method = "dialog";
  actions.className = "form-actions";
  actions.append(
    button("取消", "no", "btn btn-default"),
    button(act || "确定", "yes", grave ? "btn btn-stop" : "btn btn-primary"),
  );
  dialog.append(words, actions);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

function button(label: string, value: string, css: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "submit";
  made.value = value;
  made.className = css;
  made.textContent = label;
  return made;
}
