/** Layered layout of a small directed graph: what comes first stands at the left. */

export interface GraphNode {
  id: string;
  label: string;
  note?: string;
  state?: string;
  href?: string;
}

/** `to` needs `from` first. */
export interface GraphEdge {
  from: string;
  to: string;
}

export interface GraphData {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

/** A node with its layer (0 = needs nothing) and its row inside the layer. */
export interface Placed extends GraphNode {
  layer: number;
  row: number;
}

const SWEEPS = 8;

/**
 * Layer of each node: the length of the longest way to it. Edges that would close a cycle are
 * left out of the count, so that wrong data still draws.
 */
export function layersOf(data: GraphData): Map<string, number> {
  const before = neighbours(data, "to", "from");
  const layers = new Map<string, number>();
  const open = new Set<string>();
  const visit = (id: string): number => {
    const known = layers.get(id);
    if (known !== undefined) return known;
    if (open.has(id)) return -1;
    open.add(id);
    const layer = Math.max(-1, ...(before.get(id) ?? []).map(visit)) + 1;
    open.delete(id);
    layers.set(id, layer);
    return layer;
  };
  for (const node of data.nodes) visit(node.id);
  return layers;
}

/** Place every node; a few sweeps of the barycentre rule take out most crossings. */
export function place(data: GraphData): Placed[] {
  const layers = layersOf(data);
  const columns: GraphNode[][] = [];
  for (const node of data.nodes) {
    const layer = layers.get(node.id) ?? 0;
    (columns[layer] = columns[layer] ?? []).push(node);
  }
  const before = neighbours(data, "to", "from");
  const after = neighbours(data, "from", "to");
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const forward = sweep % 2 === 0;
    const rows = rowsOf(columns);
    const order = forward ? columns : [...columns].reverse();
    for (const column of order) {
      sortByMean(column, forward ? before : after, rows);
      column.forEach((node, row) => rows.set(node.id, row));
    }
  }
  return columns.flatMap((column, layer) => column.map((node, row) => ({ ...node, layer, row })));
}

/** Ids reachable from `id`: all that it needs ("before") or all that needs it ("after"). */
export function reach(data: GraphData, id: string, direction: "before" | "after"): Set<string> {
  const next = direction === "before" ? neighbours(data, "to", "from") : neighbours(data, "from", "to");
  const found = new Set<string>();
  const queue = [id];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const other of next.get(at) ?? []) {
      if (!found.has(other) && other !== id) {
        found.add(other);
        queue.push(other);
      }
    }
  }
  return found;
}

function neighbours(data: GraphData, key: keyof GraphEdge, value: keyof GraphEdge): Map<string, string[]> {
  const known = new Set(data.nodes.map((node) => node.id));
  const map = new Map<string, string[]>();
  for (const edge of data.edges) {
    if (!known.has(edge.from) || !known.has(edge.to)) continue;
    map.set(edge[key], [...(map.get(edge[key]) ?? []), edge[value]]);
  }
  return map;
}

function rowsOf(columns: GraphNode[][]): Map<string, number> {
  return new Map(columns.flatMap((column) => column.map((node, row) => [node.id, row] as const)));
}

function sortByMean(column: GraphNode[], near: Map<string, string[]>, rows: Map<string, number>): void {
  const mean = (node: GraphNode): number => {
    const places = (near.get(node.id) ?? []).map((id) => rows.get(id) ?? 0);
    if (places.length === 0) return rows.get(node.id) ?? 0;
    return places.reduce((sum, row) => sum + row, 0) / places.length;
  };
  const means = new Map(column.map((node) => [node.id, mean(node)]));
  column.sort((one, other) => (means.get(one.id) ?? 0) - (means.get(other.id) ?? 0));
}
