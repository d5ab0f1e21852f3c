import { afterEach, describe, expect, it, vi } from "vitest";

import { watchForIslands } from "./index";
import { dataOf, watchTheme } from "./page";

afterEach(() => {
  document.body.innerHTML = "";
  delete document.documentElement.dataset.theme;
});

describe("watchForIslands", () => {
  it("defines an island that the swapped part itself is", async () => {
    const part = document.createElement("tk-unit-graph");
    part.dataset.island = "unit-graph";
    document.body.append(part);

    await watchForIslands(part);

    expect(customElements.get("tk-unit-graph")).toBeDefined();
  });

  it("leaves an unknown name alone", async () => {
    document.body.innerHTML = `<div data-island="nothing">表格还在</div>`;

    await watchForIslands(document.body);

    expect(document.body.textContent).toBe("表格还在");
  });
});

describe("dataOf", () => {
  it("reads what json_script left, and null without it", () => {
    document.body.innerHTML = `<script type="application/json" id="c">{"kind":"bar"}</script><p data-source="c"></p><p></p>`;
    const [with_, without] = document.querySelectorAll("p");

    expect(dataOf(with_!)).toEqual({ kind: "bar" });
    expect(dataOf(without!)).toBeNull();
  });
});

describe("watchTheme", () => {
  it("calls on a change of theme until it is stopped", async () => {
    const redraw = vi.fn();
    const stop = watchTheme(redraw);

    document.documentElement.dataset.theme = "dark";
    await vi.waitFor(() => {
      expect(redraw).toHaveBeenCalledTimes(1);
    });
    stop();
    document.documentElement.dataset.theme = "light";
    await Promise.resolve();

    expect(redraw).toHaveBeenCalledTimes(1);
  });
});
