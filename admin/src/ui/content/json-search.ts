import type { JsonPath } from "./json-tree.ts";

/** Where words stand in a JSON value: in a name, or in a value from an offset on. */
export type JsonMatch = { path: JsonPath; offset: number | undefined };

const mostMatches = 5_000;
const sliceMs = 12;

type Frame = { value: object; names: string[] | undefined; at: number };

function frameOf(value: object): Frame {
  return { value, names: Array.isArray(value) ? undefined : Object.keys(value), at: 0 };
}

function* visit(
  value: unknown,
): Generator<{ path: (string | number)[]; name: string | undefined; value: unknown }> {
  const path: (string | number)[] = [];
  yield { path, name: undefined, value };
  if (typeof value !== "object" || value === null) return;
  const frames = [frameOf(value)];
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    const size = frame.names?.length ?? (Array.isArray(frame.value) ? frame.value.length : 0);
    if (frame.at >= size) {
      frames.pop();
      path.pop();
      continue;
    }
    const name = frame.names?.[frame.at] ?? frame.at;
    const child: unknown = Reflect.get(frame.value, name);
    frame.at += 1;
    path.push(name);
    yield { path, name: frame.names === undefined ? undefined : String(name), value: child };
    if (typeof child === "object" && child !== null) frames.push(frameOf(child));
    else path.pop();
  }
}

function offsetIn(value: unknown, words: string): number {
  if (typeof value === "object" && value !== null) return -1;
  return (typeof value === "string" ? value : String(value)).toLowerCase().indexOf(words);
}

/**
 * Looks for words in names and values, in the order of the lines, without regard to case. It works in slices of 12 ms so that
 * the page keeps answering, and ends at 5,000 matches. @throws the signal's reason when it is aborted.
 */
export async function searchJson(
  value: unknown,
  wanted: string,
  signal: AbortSignal,
): Promise<{ matches: JsonMatch[]; isAll: boolean }> {
  const words = wanted.toLowerCase();
  const matches: JsonMatch[] = [];
  let begin = performance.now();
  let steps = 0;
  for (const found of visit(value)) {
    const offset = offsetIn(found.value, words);
    if (offset >= 0 || found.name?.toLowerCase().includes(words)) {
      matches.push({ path: [...found.path], offset: offset >= 0 ? offset : undefined });
      if (matches.length >= mostMatches) return { matches, isAll: false };
    }
    steps += 1;
    if (steps % 256 === 0 && performance.now() - begin > sliceMs) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      signal.throwIfAborted();
      begin = performance.now();
    }
  }
  return { matches, isAll: true };
}
