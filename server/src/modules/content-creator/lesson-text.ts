import type { Block } from "../content/public.ts";

/** Turns the plain Markdown that a model writes into blocks: headings, lists, code and paragraphs. Never HTML. */
export function blocksFromMarkdown(markdown: string): Block[] {
  const blocks: Block[] = [];
  let code: string[] | null = null;
  let paragraph: string[] = [];
  const closeParagraph = () => {
    if (paragraph.length > 0) blocks.push(toBlock(paragraph));
    paragraph = [];
  };
  for (const line of markdown.replace(/\r\n?/g, "\n").split("\n")) {
    const isFence = /^\s*(```|~~~)/.test(line);
    if (code !== null) {
      if (isFence) {
        blocks.push({ type: "code", text: code.join("\n"), reference: null });
        code = null;
      } else code.push(line);
      continue;
    }
    const heading = /^(#{1,6})\s+(.+?)\s*#*$/.exec(line);
    if (isFence || heading !== null || line.trim() === "") closeParagraph();
    if (isFence) code = [];
    else if (heading !== null) {
      blocks.push({ type: "heading", level: heading[1]?.length ?? 1, text: withoutMarks(heading[2] ?? "") });
    } else if (line.trim() !== "") paragraph.push(line.trim());
  }
  closeParagraph();
  if (code !== null) blocks.push({ type: "code", text: code.join("\n"), reference: null });
  return blocks;
}

const listMark = /^(?:[-*+]|\d+[.)])\s+/;

function toBlock(lines: readonly string[]): Block {
  if (lines.every((line) => listMark.test(line))) {
    return { type: "list", items: lines.map((line) => [written(line.replace(listMark, ""))]) };
  }
  return { type: "paragraph", spans: [written(lines.join(" "))] };
}

function written(text: string) {
  return { text: withoutMarks(text), kind: "written" as const, reference: null };
}

function withoutMarks(text: string): string {
  return text
    .replace(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/g, "$2")
    .replace(/(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])/g, "$1")
    .replace(/`([^`]+)`/g, "$1")
    .trim();
}

/** What a voice says of the blocks: headings, paragraphs and lists, without code and tables. */
export function spokenText(blocks: readonly Block[]): string {
  const parts = blocks.flatMap((block): string[] => {
    switch (block.type) {
      case "heading":
        return [asSentence(block.text)];
      case "paragraph":
        return [block.spans.map(({ text }) => text).join(" ")];
      case "list":
        return block.items.map((item) => asSentence(item.map(({ text }) => text).join(" ")));
      default:
        return [];
    }
  });
  return parts.filter((part) => part !== "").join("\n\n");
}

function asSentence(text: string): string {
  return text === "" || /[.!?:]$/.test(text) ? text : `${text}.`;
}
