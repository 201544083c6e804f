import type { Block, Span } from "../content/public.ts";
import type { LessonText, Block as QuotedBlock, Span as QuotedSpan } from "./offline-author/model.ts";

/** The offline author's blocks as content keeps them: every field there, absent references null. */
export function fromQuotedBlocks(blocks: readonly QuotedBlock[]): Block[] {
  return blocks.map((block): Block => {
    switch (block.type) {
      case "paragraph":
        return { type: "paragraph", spans: block.spans.map(fromQuotedSpan) };
      case "list":
        return { type: "list", items: block.items.map((item) => item.map(fromQuotedSpan)) };
      default:
        return block;
    }
  });
}

function fromQuotedSpan({ text, kind, reference }: QuotedSpan): Span {
  return { text, kind, reference: reference ?? null };
}

/** A lesson back in the offline author's form, for the podcast that it makes of all lessons. */
export function toQuotedLesson(lesson: {
  readonly title: string;
  readonly transcript: string;
  readonly body: readonly Block[];
}): LessonText {
  const body = lesson.body.map(toQuotedBlock);
  const spans = body.flatMap((block) =>
    block.type === "paragraph" ? block.spans : block.type === "list" ? block.items.flat() : [],
  );
  return {
    title: lesson.title,
    transcript: lesson.transcript,
    body,
    words: lesson.transcript.match(/\S+/g)?.length ?? 0,
    references: spans.flatMap(({ reference }) => (reference === undefined ? [] : [reference])),
  };
}

function toQuotedBlock(block: Block): QuotedBlock {
  switch (block.type) {
    case "heading":
      return block;
    case "paragraph":
      return { type: "paragraph", spans: block.spans.map(toQuotedSpan) };
    case "list":
      return { type: "list", items: block.items.map((item) => item.map(toQuotedSpan)) };
    default:
      return { ...block, reference: block.reference ?? { source: 1, section: 1, paragraph: 1 } };
  }
}

function toQuotedSpan({ text, kind, reference }: Span): QuotedSpan {
  const plain = { text, kind: kind === "quote" ? ("quote" as const) : ("connective" as const) };
  return reference === null ? plain : { ...plain, reference };
}
