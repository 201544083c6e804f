import { hasMarkup } from "./inline-text.ts";
import type { Block, LessonText, PlannedLesson, Reference, SourceInput, Span, UnitPlan } from "./model.ts";
import { type ReadBlock, type ReadSection, type ReadSentence, readSources } from "./read-source.ts";
import { leansOnPrevious } from "./sentence-quality.ts";
import { sectionsWithin } from "./split-passages.ts";
import { rankSentences, summarize } from "./summarize.ts";
import { wordCount } from "./wording.ts";

/** Quoted words; connecting phrases and key points bring a full lesson to about 600 spoken words. */
const LESSON_WORDS_MAX = 530;
const KEY_POINTS = 3;
const KEY_POINTS_FROM_WORDS = 150;
const CODE_LINES_MAX = 80;
const TABLE_ROWS_MAX = 60;
const SPOKEN_CODE = "The source shows a listing here; you find it in the written lesson.";
const SPOKEN_TABLE = "The source shows a table here; you find it in the written lesson.";

/** @throws {RangeError} the plan has no lesson at the position. */
export function plannedLesson(plan: UnitPlan, position: number): PlannedLesson {
  const lesson = plan.lessons.find((candidate) => candidate.position === position);
  if (lesson === undefined) throw new RangeError(`The plan has no lesson ${position}.`);
  return lesson;
}

function isListText(block: ReadBlock, sentence: ReadSentence): boolean {
  return block.kind === "list_item" && !hasMarkup(sentence.text) && sentence.words <= 60;
}

/** A sentence that opens a list ends with a colon and is no whole sentence, but the list needs it. */
function opensList(sentence: ReadSentence, next: ReadBlock | undefined): boolean {
  return next?.kind === "list_item" && sentence.text.endsWith(":") && !hasMarkup(sentence.text);
}

/** For each sentence that may be quoted: itself and those it leans on, back to one that stands alone. */
function quotableRuns(sections: readonly ReadSection[]): Map<ReadSentence, ReadSentence[]> {
  const runs = new Map<ReadSentence, ReadSentence[]>();
  for (const section of sections) {
    section.blocks.forEach((block, index) => {
      if (!("sentences" in block)) return;
      let run: ReadSentence[] = [];
      for (const sentence of block.sentences) {
        const isUsable =
          sentence.isQuotable ||
          isListText(block, sentence) ||
          opensList(sentence, section.blocks[index + 1]);
        if (!isUsable) {
          run = [];
          continue;
        }
        const leans = run.length > 0 && leansOnPrevious(sentence.text, sentence.tokens);
        run = leans ? [...run, sentence] : [sentence];
        runs.set(sentence, run);
      }
    });
  }
  return runs;
}

function chooseSentences(sections: readonly ReadSection[]): Set<ReadSentence> {
  const runs = quotableRuns(sections);
  const usable = [...runs.keys()];
  const total = usable.reduce((sum, sentence) => sum + sentence.words, 0);
  if (total <= LESSON_WORDS_MAX) return new Set(usable);
  const scores = rankSentences(usable);
  const order = usable
    .map((sentence, index) => {
      const opens = sentence.reference.sentence === 1 ? 1.25 : 1;
      return { sentence, index, score: (scores[index] ?? 0) * opens * (sentence.isStandalone ? 1.2 : 1) };
    })
    .sort((a, b) => b.score - a.score || a.index - b.index);
  const chosen = new Set<ReadSentence>();
  let words = 0;
  for (const { sentence } of order) {
    const added = (runs.get(sentence) ?? [sentence]).filter((candidate) => !chosen.has(candidate));
    const size = added.reduce((sum, candidate) => sum + candidate.words, 0);
    if (added.length === 0 || words + size > LESSON_WORDS_MAX) continue;
    for (const candidate of added) chosen.add(candidate);
    words += size;
  }
  return chosen;
}

function quote(sentence: ReadSentence): Span {
  return { text: sentence.text, kind: "quote", reference: sentence.reference };
}

/** The quotes of one paragraph, with a mark of ours where sentences of the source were left out. */
function paragraphSpans(sentences: readonly ReadSentence[], chosen: ReadonlySet<ReadSentence>): Span[] {
  const spans: Span[] = [];
  let previous: ReadSentence | undefined;
  for (const sentence of sentences) {
    if (!chosen.has(sentence)) continue;
    const isGap = previous !== undefined && sentence.reference.sentence !== previous.reference.sentence + 1;
    if (isGap) spans.push({ text: "[…]", kind: "connective" });
    spans.push(quote(sentence));
    previous = sentence;
  }
  return spans;
}

interface Writing {
  body: Block[];
  spoken: string[];
}

function connective(text: string): Block {
  return { type: "paragraph", spans: [{ text, kind: "connective" }] };
}

function writeBlock(
  block: ReadBlock,
  section: ReadSection,
  chosen: ReadonlySet<ReadSentence>,
  writing: Writing,
): void {
  const place = { source: section.source, section: section.section, paragraph: block.paragraph };
  if (block.kind === "code") {
    const text = block.text.split("\n").slice(0, CODE_LINES_MAX).join("\n");
    writing.body.push({ type: "code", text, reference: place });
    writing.spoken.push(SPOKEN_CODE);
    return;
  }
  if (block.kind === "table") {
    writing.body.push({ type: "table", rows: block.rows.slice(0, TABLE_ROWS_MAX), reference: place });
    writing.spoken.push(SPOKEN_TABLE);
    return;
  }
  const spans = paragraphSpans(block.sentences, chosen);
  if (spans.length === 0) return;
  const last = writing.body.at(-1);
  if (block.kind === "paragraph") writing.body.push({ type: "paragraph", spans });
  else if (last?.type === "list") last.items.push(spans);
  else writing.body.push({ type: "list", items: [spans] });
  writing.spoken.push(spokenText(spans));
}

function spokenText(spans: readonly Span[]): string {
  return spans
    .filter((span) => span.kind === "quote")
    .map((span) => (/[.!?:"”’)]$/.test(span.text) ? span.text : `${span.text}.`))
    .join(" ");
}

function writeSections(
  sections: readonly ReadSection[],
  title: string,
  chosen: ReadonlySet<ReadSentence>,
): Writing {
  const writing: Writing = { body: [], spoken: [] };
  for (const section of sections) {
    const before = writing.spoken.length;
    const isNamed = section.title !== "" && section.title !== title;
    if (isNamed) {
      writing.body.push({ type: "heading", level: 2, text: section.title });
      writing.spoken.push(`The next part is “${section.title}”.`);
    }
    const afterHeading = writing.spoken.length;
    for (const block of section.blocks) writeBlock(block, section, chosen, writing);
    if (isNamed && writing.spoken.length === afterHeading) {
      writing.body.pop();
      writing.spoken.length = before;
    }
  }
  return writing;
}

/**
 * Writes one lesson from its passage: the sentences of the source in their order, up to 530 words, joined by
 * fixed connecting phrases that are marked as such. Long passages keep the most central sentences together
 * with those they lean on.
 */
export function writeLesson(input: { plan: UnitPlan; position: number; sources: SourceInput[] }): LessonText {
  const lesson = plannedLesson(input.plan, input.position);
  const sections = sectionsWithin(readSources(input.sources), lesson.passages);
  const chosen = chooseSentences(sections);
  const writing = writeSections(sections, lesson.title, chosen);
  const opening = `Lesson ${lesson.position}: ${lesson.title}.`;
  const kept = [...chosen].filter((sentence) => sentence.isQuotable);
  const keptWords = kept.reduce((sum, sentence) => sum + sentence.words, 0);
  const points = keptWords >= KEY_POINTS_FROM_WORDS ? summarize(kept, KEY_POINTS) : [];
  const body: Block[] = [connective("This lesson quotes the source."), ...writing.body];
  const spoken = [opening, ...writing.spoken];
  if (points.length > 0) {
    body.push({ type: "heading", level: 2, text: "Key points" });
    body.push({ type: "list", items: points.map((sentence) => [quote(sentence)]) });
    spoken.push(
      "To sum up, here are the key points again.",
      points.map((sentence) => sentence.text).join(" "),
    );
  }
  const transcript = spoken.join("\n\n");
  return {
    title: lesson.title,
    transcript,
    body,
    words: wordCount(transcript),
    references: quotedReferences(body),
  };
}

function quotedReferences(body: readonly Block[]): Reference[] {
  const spans = body.flatMap((block) => {
    if (block.type === "paragraph") return block.spans;
    return block.type === "list" ? block.items.flat() : [];
  });
  const seen = new Map<string, Reference>();
  for (const { reference } of spans) {
    if (reference === undefined) continue;
    const key = `${reference.source}.${reference.section}.${reference.paragraph}.${reference.sentence}`;
    if (!seen.has(key)) seen.set(key, reference);
  }
  return [...seen.values()];
}
