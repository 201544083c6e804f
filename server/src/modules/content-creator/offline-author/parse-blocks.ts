import { plainInlineText } from "./inline-text.ts";

interface ProseBlock {
  kind: "paragraph" | "list_item";
  text: string;
}

interface CodeBlock {
  kind: "code";
  text: string;
}

interface TableBlock {
  kind: "table";
  rows: string[][];
}

export type SourceBlock = ProseBlock | CodeBlock | TableBlock;

/** A heading and what stands under it. Level 0 is text before the first heading. */
interface SourceSection {
  level: number;
  title: string;
  blocks: SourceBlock[];
}

const FENCE = /^\s{0,3}(`{3,}|~{3,})/;
const HEADING = /^\s{0,3}(#{1,6})\s+(.+?)\s*#*\s*$/;
const LIST_ITEM = /^\s{0,6}(?:[-*+•]|\d{1,3}[.)])\s+(.+)$/;
const TABLE_RULE = /^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$/;
const MARKUP_LINE = /^\s*<(?:[a-z!/?][^>]*>?|$)/i;
const RULE = /^\s{0,3}([-*_])(?:\s*\1){2,}\s*$/;
const LONG_LINE = 110;
/** A longer line after a # is a text that lost its line breaks. */
const HEADING_CHARACTERS_MAX = 200;

interface ParserState {
  sections: SourceSection[];
  prose: string[];
  proseKind: ProseBlock["kind"];
}

function currentSection(state: ParserState): SourceSection {
  const last = state.sections.at(-1);
  if (last !== undefined) return last;
  const opening: SourceSection = { level: 0, title: "", blocks: [] };
  state.sections.push(opening);
  return opening;
}

function endProse(state: ParserState): void {
  const text = plainInlineText(state.prose.join(" "));
  if (text !== "") currentSection(state).blocks.push({ kind: state.proseKind, text });
  state.prose = [];
  state.proseKind = "paragraph";
}

function openSection(state: ParserState, level: number, title: string): void {
  endProse(state);
  state.sections.push({ level, title: plainInlineText(title), blocks: [] });
}

function tableCells(line: string): string[] {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => plainInlineText(cell));
}

/** Takes the block that starts at `index` when it is code, markup or a table; answers the next line's index. */
function takeLiteralBlock(state: ParserState, lines: string[], index: number): number {
  const line = lines[index] ?? "";
  const fence = FENCE.exec(line)?.[1];
  let next = index + 1;
  if (fence !== undefined) {
    while (next < lines.length && !(lines[next] ?? "").trim().startsWith(fence)) next++;
    endProse(state);
    currentSection(state).blocks.push({ kind: "code", text: lines.slice(index + 1, next).join("\n") });
    return next + 1;
  }
  if (MARKUP_LINE.test(line)) {
    while (next < lines.length && (lines[next] ?? "").trim() !== "") next++;
    endProse(state);
    currentSection(state).blocks.push({ kind: "code", text: lines.slice(index, next).join("\n") });
    return next;
  }
  const isTable = line.includes("|") && (TABLE_RULE.test(lines[next] ?? "") || /^\s*\|.*\|\s*$/.test(line));
  if (isTable) {
    while (next < lines.length && (lines[next] ?? "").includes("|")) next++;
    endProse(state);
    const rows = lines
      .slice(index, next)
      .filter((row) => !TABLE_RULE.test(row))
      .map(tableCells);
    currentSection(state).blocks.push({ kind: "table", rows });
    return next;
  }
  const isIndented =
    /^(?: {4}|\t)\S/.test(line) && state.prose.length === 0 && (lines[index - 1] ?? "").trim() === "";
  if (isIndented) {
    while (next < lines.length && /^(?: {4}|\t)/.test(lines[next] ?? "")) next++;
    const text = lines.slice(index, next).join("\n");
    if (/[.!?]\s*$/.test(text) && !/[;{}=<>]/.test(text)) return index;
    currentSection(state).blocks.push({ kind: "code", text: text.replace(/^(?: {4}|\t)/gm, "") });
    return next;
  }
  return index;
}

/** A short line between blank lines, without a full stop, before a real paragraph: a heading of plain text. */
function isPlainHeading(lines: string[], index: number): boolean {
  const line = (lines[index] ?? "").trim();
  if (line.split(/\s+/).length > 9 || line.length > 80 || !/^[A-Z0-9]/.test(line) || /[.!?:;,]$/.test(line))
    return false;
  if (index > 0 && (lines[index - 1] ?? "").trim() !== "") return false;
  if ((lines[index + 1] ?? "").trim() !== "") return false;
  const following = lines.slice(index + 1).find((candidate) => candidate.trim() !== "");
  return (
    following !== undefined && following.trim().split(/\s+/).length >= 9 && /^[\s]*[A-Z"“]/.test(following)
  );
}

function takeLine(state: ParserState, lines: string[], index: number): number {
  const line = (lines[index] ?? "").replace(/^\s{0,3}(?:>\s?)+/, "");
  const heading = HEADING.exec(line);
  if (heading?.[2] !== undefined && heading[2].length > HEADING_CHARACTERS_MAX) {
    state.prose.push(heading[2]);
    return index + 1;
  }
  if (heading !== null) {
    openSection(state, heading[1]?.length ?? 1, heading[2] ?? "");
    return index + 1;
  }
  const below = lines[index + 1] ?? "";
  const isUnderlined =
    /^\s{0,3}(?:={3,}|-{3,})\s*$/.test(below) && line.trim() !== "" && state.prose.length === 0;
  if (isUnderlined && line.length < 100) {
    openSection(state, below.includes("=") ? 1 : 2, line.trim());
    return index + 2;
  }
  if (line.trim() === "" || RULE.test(line)) {
    endProse(state);
    return index + 1;
  }
  const item = LIST_ITEM.exec(line);
  if (item !== null) {
    endProse(state);
    state.proseKind = "list_item";
    state.prose.push(item[1] ?? "");
    return index + 1;
  }
  if (isPlainHeading(lines, index)) {
    openSection(state, 2, line.trim());
    return index + 1;
  }
  state.prose.push(line.trim());
  return index + 1;
}

/** Pasted text often has one paragraph per line and no blank lines between; then every line is a paragraph. */
function hasParagraphPerLine(lines: string[]): boolean {
  const filled = lines.filter((line) => line.trim() !== "");
  const long = filled.filter((line) => line.length > LONG_LINE);
  return long.length >= 2 && long.length * 2 >= filled.length;
}

/**
 * Reads Markdown or plain text into sections and blocks. Tables, code and lines of markup are kept apart as
 * text, so that nothing in them is taken for a sentence and nothing is ever interpreted.
 */
export function parseBlocks(text: string): SourceSection[] {
  const lines = text
    .replace(/^\uFEFF/, "")
    .replace(/\r\n?/g, "\n")
    .split("\n");
  const isParagraphPerLine = hasParagraphPerLine(lines);
  const state: ParserState = { sections: [], prose: [], proseKind: "paragraph" };
  let index = 0;
  while (index < lines.length) {
    const afterLiteral = takeLiteralBlock(state, lines, index);
    if (afterLiteral > index) {
      index = afterLiteral;
      continue;
    }
    const proseBefore = state.prose.length;
    index = takeLine(state, lines, index);
    if (isParagraphPerLine && state.prose.length > proseBefore) endProse(state);
  }
  endProse(state);
  return state.sections;
}
