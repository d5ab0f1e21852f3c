import { describe, expect, it } from "vitest";

import { type ChartData, colourOf, optionOf, type Palette } from "./chart-option";

const PALETTE: Palette = {
  text: "#111",
  muted: "#666",
  line: "#ddd",
  surface: "#fff",
  states: { primary: "#00f", teal: "#0aa", danger: "#f00", warn: "#f80" },
};

const BAR: ChartData = {
  kind: "hbar",
  labels: ["栖云", "望溪"],
  series: [{ name: "开出率", values: [98, null] }],
  unit: "%",
  max: 100,
  target: 85,
};

interface Series {
  type: string;
  name?: string;
  data: unknown[];
  stack?: string;
  markLine?: { data: unknown[]; label: { formatter: string } };
}

const seriesOf = (data: ChartData): Series[] => optionOf(data, PALETTE).series as Series[];

describe("optionOf", () => {
  it("draws tooltips on the canvas, because HTML ones need inline styles", () => {
    expect(optionOf(BAR, PALETTE).tooltip).toMatchObject({ renderMode: "richText", trigger: "axis" });
  });

  it("puts the labels of horizontal bars on the y axis, read from top to bottom", () => {
    const option = optionOf(BAR, PALETTE);

    expect(option.yAxis).toMatchObject({ type: "category", data: ["栖云", "望溪"], inverse: true });
    expect(option.xAxis).toMatchObject({ type: "value", max: 100 });
  });

  it("marks the target on the value axis with its unit", () => {
    const [bars] = seriesOf(BAR);

    expect(bars?.markLine?.data).toEqual([{ xAxis: 85 }]);
    expect(bars?.markLine?.label.formatter).toBe("目标 85%");
  });

  it("keeps gaps as gaps", () => {
    const [line] = seriesOf({ ...BAR, kind: "line" });

    expect(line).toMatchObject({ type: "line", data: [98, null], connectNulls: false });
  });

  it("stacks every series of a stack and none of a bar chart", () => {
    const two = [...BAR.series, { name: "停课", values: [1, 2] }];

    expect(seriesOf({ ...BAR, kind: "stack", series: two }).map((one) => one.stack)).toEqual(["all", "all"]);
    expect(seriesOf({ ...BAR, kind: "bar", series: two }).map((one) => one.stack)).toEqual([undefined, undefined]);
  });

  it("draws an interval as a dot over a faint bar from low to high", () => {
    const [dot, hidden, width] = seriesOf({
      kind: "interval",
      labels: ["通分", "估算"],
      series: [{ name: "主讲班", values: [68, null], low: [65, null], high: [71, null] }],
    });

    expect(dot).toMatchObject({ type: "scatter", data: [68, null] });
    expect(hidden?.data).toEqual([65, null]);
    expect(width?.data).toEqual([6, null]);
    expect(hidden?.stack).toBe(width?.stack);
  });

  it("gives a donut one slice per label", () => {
    const [pie] = seriesOf({ ...BAR, kind: "donut", series: [{ name: "方式", values: [3, null] }] });

    expect(pie?.data).toMatchObject([
      { name: "栖云", value: 3 },
      { name: "望溪", value: 0 },
    ]);
  });

  it("formats a missing figure as a dash", () => {
    const tooltip = optionOf(BAR, PALETTE).tooltip as { valueFormatter: (value: unknown) => string };

    expect(tooltip.valueFormatter(98)).toBe("98%");
    expect(tooltip.valueFormatter(null)).toBe("—");
  });
});

describe("colourOf", () => {
  it("uses the named state, else the house order", () => {
    expect(colourOf({ name: "a", values: [], state: "danger" }, 0, PALETTE)).toBe("#f00");
    expect(colourOf({ name: "a", values: [] }, 1, PALETTE)).toBe("#0aa");
  });
});
