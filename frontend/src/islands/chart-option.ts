/** From the page's figures to an ECharts option: pure, so that it can be tested without a canvas. */

/** What a page hands over by json_script; see the cotton component chart.html. */
export interface ChartData {
  kind: "bar" | "hbar" | "line" | "area" | "stack" | "donut" | "interval";
  labels: string[];
  series: ChartSeries[];
  unit?: string;
  /** Upper end of the value axis. */
  max?: number;
  /** A dashed line at this value, such as a region's target. */
  target?: number;
}

/** One row of figures; null is a gap. low and high are the ends of an interval. */
export interface ChartSeries {
  name: string;
  values: (number | null)[];
  low?: (number | null)[];
  high?: (number | null)[];
  state?: string;
}

/** Colours read from the page's tokens. */
export interface Palette {
  text: string;
  muted: string;
  line: string;
  surface: string;
  states: Record<string, string>;
}

/** A plain ECharts option; the island passes it on unchanged. */
export type Option = Record<string, unknown>;

/** Order in which series take colours when they name no state. */
export const SEQUENCE = ["primary", "teal", "warn", "violet", "info", "danger", "ok", "muted"];
const SHAPES = ["circle", "rect", "triangle", "diamond"];

/** The colour of the nth series. */
export function colourOf(series: ChartSeries, index: number, palette: Palette): string {
  const state = series.state ?? SEQUENCE[index % SEQUENCE.length] ?? "primary";
  return palette.states[state] ?? palette.text;
}

/** The whole option. Tooltips are drawn on the canvas: HTML ones would need inline styles. */
export function optionOf(data: ChartData, palette: Palette): Option {
  const shared: Option = {
    animationDuration: 300,
    color: data.series.map((series, index) => colourOf(series, index, palette)),
    textStyle: { fontFamily: "inherit", color: palette.text },
    tooltip: tooltip(data, palette),
    aria: { enabled: false },
    ...(data.series.length > 1 || data.kind === "donut" ? { legend: legend(palette) } : {}),
  };
  if (data.kind === "donut") return { ...shared, series: [donut(data, palette)] };
  const flat = data.kind === "hbar" || data.kind === "interval";
  const names = category(data, palette, flat);
  const values = valueAxis(data, palette);
  return {
    ...shared,
    grid: { left: 8, right: flat ? 40 : data.target === undefined ? 16 : 56, top: data.series.length > 1 ? 36 : data.target === undefined ? 16 : 24, bottom: 4, containLabel: true },
    xAxis: flat ? values : names,
    yAxis: flat ? names : values,
    series: seriesOf(data, palette),
  };
}

function seriesOf(data: ChartData, palette: Palette): Option[] {
  const drawn = data.series.flatMap((series, index) =>
    data.kind === "interval" ? interval(series, index, palette) : [plain(data, series, index)],
  );
  const first = drawn[0];
  if (data.target !== undefined && first !== undefined) {
    const axis = data.kind === "hbar" || data.kind === "interval" ? "xAxis" : "yAxis";
    first.markLine = {
      silent: true,
      symbol: "none",
      lineStyle: { color: palette.muted, type: "dashed" },
      label: { position: axis === "xAxis" ? "start" : "end", formatter: `目标 ${data.target}${data.unit ?? ""}`, color: palette.muted },
      data: [{ [axis]: data.target }],
    };
  }
  return drawn;
}

function plain(data: ChartData, series: ChartSeries, index: number): Option {
  const base: Option = { name: series.name, data: series.values };
  if (data.kind === "line" || data.kind === "area") {
    return {
      ...base,
      type: "line",
      // Shapes differ as well as colours.
      symbol: SHAPES[index % SHAPES.length],
      symbolSize: 7,
      connectNulls: false,
      ...(data.kind === "area" ? { areaStyle: { opacity: 0.12 } } : {}),
    };
  }
  const flat = data.kind === "hbar";
  return {
    ...base,
    type: "bar",
    barMaxWidth: flat ? 14 : 28,
    itemStyle: { borderRadius: data.kind === "stack" ? 0 : 4 },
    ...(data.kind === "stack" ? { stack: "all" } : {}),
    ...(data.series.length === 1 ? { label: { show: true, position: flat ? "right" : "top", color: "inherit", formatter: `{c}${data.unit ?? ""}` } } : {}),
  };
}

/** A dot at each value, on a faint bar from low to high. */
function interval(series: ChartSeries, index: number, palette: Palette): Option[] {
  const colour = colourOf(series, index, palette);
  const stack = `${series.name}-${index}`;
  const low = series.low ?? series.values;
  const high = series.high ?? series.values;
  const width = high.map((end, at) => {
    const start = low[at] ?? null;
    return end === null || start === null ? null : end - start;
  });
  const quiet = { silent: true, tooltip: { show: false }, barWidth: 6, barGap: "60%", type: "bar", stack };
  return [
    {
      name: series.name,
      type: "scatter",
      symbol: SHAPES[index % SHAPES.length],
      symbolSize: 11,
      data: series.values,
      symbolOffset: [0, (index - 0.5) * 10],
      itemStyle: { color: colour },
    },
    { ...quiet, data: low, itemStyle: { color: "transparent" } },
    { ...quiet, data: width, itemStyle: { color: colour, opacity: 0.25, borderRadius: 3 } },
  ];
}

function donut(data: ChartData, palette: Palette): Option {
  const values = data.series[0]?.values ?? [];
  const slices = data.labels.map((name, at) => ({
    name,
    value: values[at] ?? 0,
    itemStyle: { color: palette.states[SEQUENCE[at % SEQUENCE.length] ?? "primary"] },
  }));
  return {
    type: "pie",
    radius: ["52%", "76%"],
    top: 24,
    data: slices,
    itemStyle: { borderColor: palette.surface, borderWidth: 2 },
    label: { formatter: "{b} {c}", color: palette.text },
  };
}

function tooltip(data: ChartData, palette: Palette): Option {
  const item = data.kind === "donut" || data.kind === "interval";
  const unit = data.unit ?? "";
  return {
    renderMode: "richText",
    trigger: item ? "item" : "axis",
    confine: true,
    backgroundColor: palette.surface,
    borderColor: palette.line,
    textStyle: { color: palette.text, fontSize: 13 },
    valueFormatter: (value: unknown) =>
      typeof value === "number" || typeof value === "string" ? `${value}${unit}` : "—",
  };
}

function legend(palette: Palette): Option {
  return { top: 0, right: 0, itemWidth: 10, itemHeight: 10, textStyle: { color: palette.muted } };
}

function category(data: ChartData, palette: Palette, flat: boolean): Option {
  return {
    type: "category",
    data: data.labels,
    // Read from top to bottom, as in the table behind.
    inverse: flat,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: palette.line } },
    axisLabel: { color: palette.muted, hideOverlap: true },
  };
}

function valueAxis(data: ChartData, palette: Palette): Option {
  return {
    type: "value",
    ...(data.max === undefined ? {} : { max: data.max }),
    name: "",
    axisLabel: { color: palette.muted, formatter: `{value}${data.unit ?? ""}` },
    splitLine: { lineStyle: { color: palette.line } },
  };
}
