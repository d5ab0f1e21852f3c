/**
 * Islands: custom elements marked data-island="name", loaded only on pages that have one.
 *
 * The name is the file in this folder. An element shows something useful before its code
 * arrives, and keeps showing it when the code never does.
 */

type Island = { define: () => void };
type Loader = () => Promise<Island>;

const loaders: Record<string, Loader> = {
  chart: () => import("./chart"),
  check: () => import("../live/check"),
  "plan-grid": () => import("../plan-grid"),
  "unit-graph": () => import("./unit-graph"),
};

const asked = new Map<string, Promise<void>>();

/** Load the islands that `part` is or holds; each name is fetched once. */
export function watchForIslands(part: Element): Promise<unknown> {
  const names = new Set<string>();
  for (const element of [part, ...part.querySelectorAll("[data-island]")]) {
    const name = element.getAttribute("data-island");
    if (name !== null) names.add(name);
  }
  return Promise.all([...names].map(load));
}

function load(name: string): Promise<void> {
  const before = asked.get(name);
  if (before !== undefined) return before;
  const loader = loaders[name];
  if (loader === undefined) return Promise.resolve();
  const loading = loader().then(
    (island) => {
      island.define();
    },
    (reason: unknown) => {
      // The table or list behind the island stays; a later page may try again.
      asked.delete(name);
      console.error(`island ${name} did not load`, reason);
    },
  );
  asked.set(name, loading);
  return loading;
}
