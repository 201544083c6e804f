import { lineOffsets } from "./json-text.ts";

/** Names and positions from the root down. */
export type JsonPath = readonly (string | number)[];

/** One line of the tree: a value with its name, or a stretch of a long text. */
export type JsonLine = {
  kind: "value" | "text";
  path: JsonPath;
  depth: number;
  /** Undefined for the root and for the stretches of a text. */
  name: string | number | undefined;
  value: unknown;
  /** Undefined where there is nothing to fold. */
  isOpen: boolean | undefined;
  /** Among its siblings, from 1. */
  position: number;
  siblings: number;
};

type OpenNode = {
  value: object | string;
  /** Names of an object's members; undefined for a list and a text. */
  names: string[] | undefined;
  /** Where the lines of a text begin; undefined for objects and lists. */
  offsets: number[] | undefined;
  open: Map<number, OpenNode>;
  /** Positions of the open children, ascending, and the lines before each; undefined when they must be counted again. */
  counted: { places: number[]; before: number[]; lines: number } | undefined;
};

const narrowestText = 24;

/** What is open of one JSON value. It is changed in place; whoever draws it counts the changes. */
export type JsonTree = { value: unknown; columns: number; root: OpenNode | undefined };

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function hasMembers(value: unknown): value is object {
  if (!isContainer(value)) return false;
  if (Array.isArray(value)) return value.length > 0;
  for (const name in value) if (Object.hasOwn(value, name)) return true;
  return false;
}

function columnsAt(tree: JsonTree, depth: number): number {
  return Math.max(narrowestText, tree.columns - 2 * depth - 4);
}

/** Whether a text needs lines of its own to be read. */
export function isLongText(
  tree: JsonTree,
  value: unknown,
  depth: number,
  name: string | number | undefined,
): value is string {
  if (typeof value !== "string") return false;
  const taken = name === undefined ? 2 : String(name).length + 6;
  return value.length > Math.max(narrowestText, columnsAt(tree, depth) - taken) || value.includes("\n");
}

function sizeOf(node: OpenNode): number {
  if (node.offsets !== undefined) return node.offsets.length;
  if (node.names !== undefined) return node.names.length;
  return Array.isArray(node.value) ? node.value.length : 0;
}

function nameAt(node: OpenNode, place: number): string | number {
  return node.names?.[place] ?? place;
}

function childAt(node: OpenNode, place: number): unknown {
  if (typeof node.value === "string") {
    return node.value.slice(node.offsets?.[place] ?? 0, node.offsets?.[place + 1] ?? node.value.length);
  }
  return Reflect.get(node.value, nameAt(node, place));
}

function openNode(
  tree: JsonTree,
  value: unknown,
  depth: number,
  name?: string | number,
): OpenNode | undefined {
  if (hasMembers(value)) {
    const names = Array.isArray(value) ? undefined : Object.keys(value);
    return { value, names, offsets: undefined, open: new Map(), counted: undefined };
  }
  if (!isLongText(tree, value, depth, name)) return undefined;
  const offsets = lineOffsets(value, columnsAt(tree, depth + 1));
  return { value, names: undefined, offsets, open: new Map(), counted: undefined };
}

function count(node: OpenNode): NonNullable<OpenNode["counted"]> {
  if (node.counted !== undefined) return node.counted;
  const places = [...node.open.keys()].sort((left, right) => left - right);
  const before: number[] = [];
  let inner = 0;
  for (const place of places) {
    before.push(inner);
    const child = node.open.get(place);
    if (child !== undefined) inner += count(child).lines;
  }
  node.counted = { places, before, lines: sizeOf(node) + inner };
  return node.counted;
}

/** A tree whose first levels stand open; a text counts as a level. `columns` is the width of its lines in characters. */
export function createJsonTree(value: unknown, openLevels: number, columns: number): JsonTree {
  const tree: JsonTree = { value, columns, root: undefined };
  if (openLevels > 0) tree.root = openNode(tree, value, 0);
  if (tree.root !== undefined) openBelow(tree, tree.root, 1, openLevels, { left: mostOpenedAtOnce });
  return tree;
}

/** How many values are opened at once at most. */
export const mostOpenedAtOnce = 50_000;

function openBelow(
  tree: JsonTree,
  node: OpenNode,
  depth: number,
  levels: number,
  budget: { left: number },
): void {
  node.counted = undefined;
  if (depth >= levels || node.offsets !== undefined) return;
  const size = sizeOf(node);
  for (let place = 0; place < size && budget.left > 0; place += 1) {
    const child = node.open.get(place) ?? openNode(tree, childAt(node, place), depth, nameAt(node, place));
    if (child === undefined) continue;
    budget.left -= 1;
    node.open.set(place, child);
    openBelow(tree, child, depth + 1, levels, budget);
  }
}

/** Opens everything, up to 50,000 values; answers whether that was everything. */
export function openAll(tree: JsonTree): boolean {
  const budget = { left: mostOpenedAtOnce };
  tree.root ??= openNode(tree, tree.value, 0);
  if (tree.root !== undefined) openBelow(tree, tree.root, 1, Number.POSITIVE_INFINITY, budget);
  return budget.left > 0;
}

/** Closes everything below the root. */
export function closeAll(tree: JsonTree): void {
  if (tree.root === undefined) return;
  tree.root.open.clear();
  tree.root.counted = undefined;
}

/** Lines of the tree as it is folded now; at least the root's. */
export function lineCount(tree: JsonTree): number {
  return 1 + (tree.root === undefined ? 0 : count(tree.root).lines);
}

function lastNotAbove(values: readonly number[], limit: number, valueAt: (place: number) => number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (valueAt(middle) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The line at a position, from 0. */
export function lineAt(tree: JsonTree, index: number): JsonLine {
  const rootFolds = hasMembers(tree.value) || isLongText(tree, tree.value, 0, undefined);
  if (index <= 0 || tree.root === undefined) {
    const isOpen = rootFolds ? tree.root !== undefined : undefined;
    return {
      kind: "value",
      path: [],
      depth: 0,
      name: undefined,
      value: tree.value,
      isOpen,
      position: 1,
      siblings: 1,
    };
  }
  const path: (string | number)[] = [];
  let node = tree.root;
  let rest = index - 1;
  for (;;) {
    const { places, before } = count(node);
    // The line of an open child lies behind its elder siblings and what those have open.
    const found = lastNotAbove(places, rest, (each) => (places[each] ?? 0) + (before[each] ?? 0));
    const place = places[found];
    const child = place === undefined ? undefined : node.open.get(place);
    const start = place === undefined ? 0 : place + (before[found] ?? 0);
    if (place !== undefined && child !== undefined && rest > start && rest <= start + count(child).lines) {
      path.push(nameAt(node, place));
      node = child;
      rest -= start + 1;
      continue;
    }
    const opened = child === undefined ? 0 : count(child).lines;
    const at = place === undefined ? rest : rest === start ? place : rest - (before[found] ?? 0) - opened;
    return describeLine(tree, node, at, path);
  }
}

function describeLine(tree: JsonTree, node: OpenNode, place: number, above: JsonPath): JsonLine {
  const value = childAt(node, place);
  const isText = node.offsets !== undefined;
  const name = isText ? undefined : nameAt(node, place);
  const depth = above.length + 1;
  const folds = !isText && (hasMembers(value) || isLongText(tree, value, depth, name));
  return {
    kind: isText ? "text" : "value",
    path: [...above, nameAt(node, place)],
    depth,
    name,
    value,
    isOpen: folds ? node.open.has(place) : undefined,
    position: place + 1,
    siblings: sizeOf(node),
  };
}

function placeOf(node: OpenNode, name: string | number): number {
  return node.names === undefined ? Number(name) : node.names.indexOf(String(name));
}

/** Folds or unfolds the value at a path whose ancestors are open. */
export function toggleAt(tree: JsonTree, path: JsonPath): void {
  const last = path.at(-1);
  if (last === undefined) {
    tree.root = tree.root === undefined ? openNode(tree, tree.value, 0) : undefined;
    return;
  }
  const parent = descend(tree, path.slice(0, -1));
  if (parent === undefined) return;
  const place = placeOf(parent, last);
  if (parent.open.delete(place)) return;
  const child = openNode(tree, childAt(parent, place), path.length, last);
  if (child !== undefined) parent.open.set(place, child);
}

/** The open node at a path; whatever is counted on the way must be counted again. */
function descend(tree: JsonTree, path: JsonPath): OpenNode | undefined {
  let node = tree.root;
  if (node !== undefined) node.counted = undefined;
  for (const name of path) {
    node = node?.open.get(placeOf(node, name));
    if (node !== undefined) node.counted = undefined;
  }
  return node;
}

/** Opens all ancestors of a path, so that its line exists. */
export function reveal(tree: JsonTree, path: JsonPath): void {
  tree.root ??= openNode(tree, tree.value, 0);
  for (let depth = 1; depth < path.length; depth += 1) {
    const above = path.slice(0, depth);
    const parent = descend(tree, above.slice(0, -1));
    const name = above.at(-1);
    if (parent === undefined || name === undefined) return;
    if (!parent.open.has(placeOf(parent, name))) toggleAt(tree, above);
  }
  descend(tree, path.slice(0, -1));
}

/** Opens the text at a path whose ancestors are open and answers the path of its line that holds the offset. */
export function revealInText(tree: JsonTree, path: JsonPath, offset: number): JsonPath {
  if (lineAt(tree, lineOf(tree, path)).isOpen === false) toggleAt(tree, path);
  const offsets = descend(tree, path)?.offsets;
  if (offsets === undefined) return path;
  return [
    ...path,
    Math.max(
      0,
      lastNotAbove(offsets, offset, (place) => offsets[place] ?? 0),
    ),
  ];
}

/** The line of a path whose ancestors are open. */
export function lineOf(tree: JsonTree, path: JsonPath): number {
  let line = 0;
  let node = tree.root;
  for (const name of path) {
    if (node === undefined) break;
    const place = placeOf(node, name);
    const { places, before, lines } = count(node);
    const elder = places.findIndex((each) => each >= place);
    const openBefore = elder === -1 ? lines - sizeOf(node) : (before[elder] ?? 0);
    line += 1 + place + openBefore;
    node = node.open.get(place);
  }
  return line;
}

/** Writes a path as `$.lessons[2].title`. */
export function writePath(path: JsonPath): string {
  return path.reduce<string>((written, name) => {
    if (typeof name === "number") return `${written}[${name}]`;
    return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name)
      ? `${written}.${name}`
      : `${written}[${JSON.stringify(name)}]`;
  }, "$");
}
