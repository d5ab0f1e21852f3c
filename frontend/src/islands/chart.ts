/** <tk-chart data-island="chart" data-source="id">: figures drawn by ECharts. */
import { BarChart, LineChart, PieChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { type ECharts, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

import { type ChartData, optionOf, type Palette, SEQUENCE } from "./chart-option";
import { dataOf, watchTheme } from "./page";

// The SVG renderer writes style attributes, which the content security policy forbids.
use([
  BarChart,
  LineChart,
  PieChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  CanvasRenderer,
]);

/** Token names by state. */
const TOKENS: Record<string, string> = {
  primary: "--primary",
  teal: "--teal",
  warn: "--warn-fill",
  violet: "--violet",
  info: "--info",
  danger: "--danger",
  ok: "--ok",
  muted: "--muted",
};

/** Colours of the theme in force. */
export function palette(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const states = Object.fromEntries(SEQUENCE.map((state) => [state, token(TOKENS[state] ?? "--text")]));
  return {
    text: token("--text"),
    muted: token("--muted"),
    line: token("--border"),
    surface: token("--surface"),
    states,
  };
}

class ChartIsland extends HTMLElement {
  #chart: ECharts | null = null;
  #watch: ResizeObserver | null = null;
  #stopTheme: (() => void) | null = null;

  connectedCallback(): void {
    this.#draw();
    this.#watch = new ResizeObserver(() => this.#chart?.resize());
    this.#watch.observe(this);
    this.#stopTheme = watchTheme(() => {
      this.#draw();
    });
  }

  disconnectedCallback(): void {
    this.#stopTheme?.();
    this.#watch?.disconnect();
    this.#chart?.dispose();
    this.#chart = null;
  }

  #draw(): void {
    const data = dataOf(this) as ChartData | null;
    if (data === null) return;
    this.#chart ??= init(this, null, { renderer: "canvas" });
    this.#chart.setOption(optionOf(data, palette(this)), { notMerge: true });
  }
}

/** Register the element; called once by the loader. */
export function define(): void {
  customElements.define("tk-chart", ChartIsland);
}
