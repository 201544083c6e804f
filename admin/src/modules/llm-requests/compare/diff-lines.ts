import { type Difference, differencesOf, wordsOf } from "./difference.ts";

/** A line of a comparison; `changed` marks the words that differ from its counterpart. */
export type DiffLine = {
  key: string;
  kind: "same" | "removed" | "added";
  words: { key: string; text: string; changed: boolean }[];
};

/** A line, or a run of unchanged lines that is folded away. */
export type DiffBlock =
  | { kind: "lines"; key: string; lines: DiffLine[] }
  | { kind: "fold"; key: string; lines: DiffLine[] };

const longestMarked = 20_000;

function plain(text: string): DiffLine["words"] {
  return [{ key: "all", text, changed: false }];
}

/** Spaces between two changed words are changed with them, so that marks do not fall to pieces. */
function withoutGaps(runs: readonly Difference[]): Difference[] {
  return runs.flatMap((run, position): Difference[] => {
    const within = position > 0 && position < runs.length - 1;
    if (run.kind !== "same" || !within || run.parts.some((part) => part.trim() !== "")) return [run];
    return [
      { kind: "removed", parts: run.parts },
      { kind: "added", parts: run.parts },
    ];
  });
}

/** The words of two lines that replaced each other, with what differs marked on both. */
function marked(removed: string, added: string): [DiffLine["words"], DiffLine["words"]] {
  if (removed.length + added.length > longestMarked) return [plain(removed), plain(added)];
  const runs = withoutGaps(differencesOf(wordsOf(removed), wordsOf(added)));
  const side = (leftOut: "added" | "removed") => joinedWords(runs.filter((run) => run.kind !== leftOut));
  return [side("added"), side("removed")];
}

function joinedWords(runs: readonly Difference[]): DiffLine["words"] {
  const words: DiffLine["words"] = [];
  for (const run of runs) {
    const changed = run.kind !== "same";
    const last = words.at(-1);
    if (last?.changed === changed) last.text += run.parts.join("");
    else words.push({ key: `words-${words.length}`, text: run.parts.join(""), changed });
  }
  return words;
}

/** Two texts line by line: what was removed, then what took its place. */
export function diffLinesOf(before: string[], after: string[]): DiffLine[] {
  const runs = differencesOf(before, after);
  const lines: DiffLine[] = [];
  const push = (kind: DiffLine["kind"], words: DiffLine["words"]) =>
    lines.push({ key: `line-${lines.length}`, kind, words });
  for (let at = 0; at < runs.length; at += 1) {
    const run = runs[at];
    const next = runs[at + 1];
    if (run === undefined) break;
    if (run.kind !== "same" && next !== undefined && next.kind !== "same") {
      const [removed, added] = run.kind === "removed" ? [run.parts, next.parts] : [next.parts, run.parts];
      const pairs = removed.map((line, position) => {
        const counterpart = added[position];
        return counterpart === undefined ? [plain(line), null] : marked(line, counterpart);
      });
      for (const [words] of pairs) if (words) push("removed", words);
      for (const [position, line] of added.entries()) push("added", pairs[position]?.[1] ?? plain(line));
      at += 1;
    } else {
      for (const line of run.parts) push(run.kind, plain(line));
    }
  }
  return lines;
}

const keptAround = 3;
const leastFolded = 4;

/** Folds unchanged lines away from changes; three lines around each change stay. */
export function foldUnchanged(lines: readonly DiffLine[]): DiffBlock[] {
  const near = new Array<boolean>(lines.length).fill(false);
  for (const [position, line] of lines.entries()) {
    if (line.kind === "same") continue;
    const from = Math.max(0, position - keptAround);
    const to = Math.min(lines.length - 1, position + keptAround);
    for (let at = from; at <= to; at += 1) near[at] = true;
  }
  const blocks: DiffBlock[] = [];
  for (const [position, line] of lines.entries()) {
    const kind = near[position] === true ? "lines" : "fold";
    const last = blocks.at(-1);
    if (last?.kind === kind) last.lines.push(line);
    else blocks.push({ kind, key: line.key, lines: [line] });
  }
  return blocks.map((block) =>
    block.kind === "fold" && block.lines.length < leastFolded ? { ...block, kind: "lines" } : block,
  );
}

/** How many lines were removed and added. */
export function countChanges(lines: readonly DiffLine[]): { removed: number; added: number } {
  return {
    removed: lines.filter((line) => line.kind === "removed").length,
    added: lines.filter((line) => line.kind === "added").length,
  };
}
