/**
 * <tk-unit-graph data-island="unit-graph" data-source="id">: key points and what each needs first.
 *
 * Arrow keys walk the graph (left = what it needs, right = what needs it, up and down inside a
 * layer), Enter opens the key point. Pointing at one shows its whole way.
 */
import { type GraphData, place, type Placed, reach } from "./layers";
import { dataOf } from "./page";

const SVG = "http://www.w3.org/2000/svg";
const BOX = { width: 148, height: 52, across: 208, down: 70, edge: 12 };
const LABEL_CHARACTERS = 10;

class UnitGraph extends HTMLElement {
  #data: GraphData = { nodes: [], edges: [] };
  #nodes = new Map<string, SVGGElement>();
  #placed: Placed[] = [];

  connectedCallback(): void {
    const data = dataOf(this) as GraphData | null;
    if (data === null || this.firstChild !== null) return;
    this.#data = data;
    this.#placed = place(data);
    this.append(this.#picture());
  }

  #picture(): SVGElement {
    const layers = Math.max(0, ...this.#placed.map((node) => node.layer)) + 1;
    const rows = Math.max(0, ...this.#placed.map((node) => node.row)) + 1;
    const width = layers * BOX.across - (BOX.across - BOX.width) + 2 * BOX.edge;
    const height = rows * BOX.down - (BOX.down - BOX.height) + 2 * BOX.edge;
    const svg = make("svg", {
      class: "graph-svg",
      width: String(width),
      height: String(height),
      viewBox: `0 0 ${width} ${height}`,
      role: "group",
      "aria-label": `${this.dataset.title ?? "关系图"}，方向键移动，回车打开`,
    });
    for (const edge of this.#data.edges) {
      const line = this.#edge(edge.from, edge.to);
      if (line !== null) svg.append(line);
    }
    this.#placed.forEach((node, index) => {
      svg.append(this.#node(node, index === 0));
    });
    return svg;
  }

  #edge(from: string, to: string): SVGElement | null {
    const start = this.#placed.find((node) => node.id === from);
    const end = this.#placed.find((node) => node.id === to);
    if (start === undefined || end === undefined) return null;
    const [x1, y1] = [left(start) + BOX.width, top(start) + BOX.height / 2];
    const [x2, y2] = [left(end) - 2, top(end) + BOX.height / 2];
    const bend = (x2 - x1) / 2;
    const line = make("path", {
      class: "graph-edge",
      d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}M${x2 - 6} ${y2 - 4}L${x2} ${y2}L${x2 - 6} ${y2 + 4}`,
    });
    line.dataset.from = from;
    line.dataset.to = to;
    return line;
  }

  #node(node: Placed, first: boolean): SVGGElement {
    const state = node.state === undefined ? "" : ` graph-node-${node.state}`;
    const group = make("g", {
      class: `graph-node${state}`,
      tabindex: first ? "0" : "-1",
      role: node.href === undefined ? "img" : "link",
      "aria-label": this.#words(node),
    }) as SVGGElement;
    const [x, y] = [left(node), top(node)];
    const label = make("text", { class: "graph-label", x: String(x + 12), y: String(y + (node.note ? 22 : 31)) });
    label.textContent = shorten(node.label);
    group.append(
      titled(node.label),
      make("rect", {
        class: "graph-box",
        x: String(x),
        y: String(y),
        width: String(BOX.width),
        height: String(BOX.height),
        rx: "10",
      }),
      label,
    );
    if (node.note) {
      const note = make("text", { class: "graph-note", x: String(x + 12), y: String(y + 40) });
      note.textContent = shorten(node.note);
      group.append(note);
    }
    this.#nodes.set(node.id, group);
    this.#listen(group, node);
    return group;
  }

  #words(node: Placed): string {
    const needs = this.#data.edges
      .filter((edge) => edge.to === node.id)
      .map((edge) => this.#data.nodes.find((other) => other.id === edge.from)?.label ?? "");
    const note = node.note ? `，${node.note}` : "";
    return `${node.label}${note}${needs.length > 0 ? `，先学：${needs.join("、")}` : ""}`;
  }

  #listen(group: SVGGElement, node: Placed): void {
    const light = (): void => {
      this.#light(node.id);
    };
    group.addEventListener("focus", light);
    group.addEventListener("pointerenter", light);
    group.addEventListener("pointerleave", () => {
      this.#light(null);
    });
    group.addEventListener("click", () => {
      open(node);
    });
    group.addEventListener("keydown", (event) => {
      if (event.key === "Enter") open(node);
      const next = neighbour(this.#placed, this.#data, node, event.key);
      if (next === null) return;
      event.preventDefault();
      this.#move(node.id, next.id);
    });
  }

  #move(from: string, to: string): void {
    this.#nodes.get(from)?.setAttribute("tabindex", "-1");
    const target = this.#nodes.get(to);
    target?.setAttribute("tabindex", "0");
    target?.focus();
  }

  #light(id: string | null): void {
    const way = new Set<string>();
    if (id !== null) {
      way.add(id);
      for (const other of reach(this.#data, id, "before")) way.add(other);
      for (const other of reach(this.#data, id, "after")) way.add(other);
    }
    for (const [other, group] of this.#nodes) group.classList.toggle("graph-node-on", way.has(other));
    for (const line of this.querySelectorAll<SVGPathElement>(".graph-edge")) {
      const both = way.has(line.dataset.from ?? "") && way.has(line.dataset.to ?? "");
      line.classList.toggle("graph-edge-on", both);
    }
  }
}

/** The node an arrow key leads to; null for another key or at the rim. */
export function neighbour(placed: Placed[], data: GraphData, from: Placed, key: string): Placed | null {
  if (key === "ArrowUp" || key === "ArrowDown") {
    const row = from.row + (key === "ArrowDown" ? 1 : -1);
    return placed.find((node) => node.layer === from.layer && node.row === row) ?? null;
  }
  if (key !== "ArrowLeft" && key !== "ArrowRight") return null;
  const ids = data.edges
    .filter((edge) => (key === "ArrowRight" ? edge.from : edge.to) === from.id)
    .map((edge) => (key === "ArrowRight" ? edge.to : edge.from));
  const near = placed.filter((node) => ids.includes(node.id));
  near.sort((one, other) => Math.abs(one.row - from.row) - Math.abs(other.row - from.row));
  return near[0] ?? null;
}

/** A label that fits its box; the whole one is in the title and the accessible name. */
export function shorten(text: string): string {
  const characters = Array.from(text);
  return characters.length <= LABEL_CHARACTERS ? text : `${characters.slice(0, LABEL_CHARACTERS - 1).join("")}…`;
}

function open(node: Placed): void {
  if (node.href !== undefined && node.href !== "") location.assign(node.href);
}

function left(node: Placed): number {
  return BOX.edge + node.layer * BOX.across;
}

function top(node: Placed): number {
  return BOX.edge + node.row * BOX.down;
}

function titled(text: string): SVGElement {
  const title = make("title", {});
  title.textContent = text;
  return title;
}

function make(tag: string, attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS<"svg">(SVG, tag as "svg") as SVGElement;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** Register the element; called once by the loader. */
export function define(): void {
  customElements.define("tk-unit-graph", UnitGraph);
}
