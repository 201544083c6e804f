import { at, numberFor, pick } from "./choice.ts";
import type { PromptFacts } from "./prompt-facts.ts";

const openings = [
  "{topic} becomes easier to follow once we ask what {term} actually does.",
  "Most people meet {topic} long before they have a name for it, usually through {term}.",
  "This part of {topic} starts with a plain question: what would change if {term} were different?",
  "To see why {topic} matters, begin with {term} and follow it one step at a time.",
];
const meanings = [
  "By {term} we mean the part that can be observed and compared, not the story that is told about it.",
  "Here {term} is not a label to memorise; it names a relation between what happens first and what follows.",
  "The expression “{term}” covers two ideas that are easy to mix up: the thing itself and the way we measure it.",
  "A useful first description of {term} says what it does, where it happens, and what it depends on.",
];
const mechanisms = [
  "When {term} increases, {other} does not stay the same, and the size of that response tells us how closely the two are tied.",
  "Each stage hands something on to the next: {term} sets the starting point, and {other} shows what was made of it.",
  "Nothing here happens by decree; {term} acts on {other} through steps that can be checked one by one.",
  "The order matters. First {term} has to be in place, and only then can {other} take effect.",
];
const examples = [
  "Imagine a small town that keeps records for a year. The months in which {term} was high are also the months in which {other} was noticed first.",
  "Suppose two groups start from the same conditions and only {term} differs. Whatever separates them later has to be explained by that one difference.",
  "A careful observer would write down {term} every day, compare it with {other} at the end of the week, and only then draw a conclusion.",
  "Take a case from daily life: someone changes {term} on Monday, waits, and finds by Friday that {other} has moved with it.",
];
const mistakes = [
  "A common mistake is to treat {term} and {other} as two words for one thing. They often appear together, yet either can occur alone.",
  "It is tempting to think that more {term} is always better. Past a certain point the effect levels off, and other limits take over.",
  "Many learners expect {term} to act at once. In practice there is a delay, and judging too early leads to the wrong conclusion.",
  "One misleading shortcut is to look only at cases that fit. The cases in which {term} was present and nothing happened teach at least as much.",
];
const practices = [
  "Before going on, try to explain {term} to someone in two sentences, without using the word {other}.",
  "Pause here and predict what would happen to {other} if {term} were removed altogether.",
  "Write down one situation of your own in which {term} plays a part, and mark what you would have to measure.",
  "Compare this with the previous section: which part of the argument depends on {term}, and which would stand without it?",
];
const closings = [
  "In short, {topic} is held together by the link between {term} and {other}. Keep that link in mind and the details fall into place.",
  "To sum up: {term} sets the conditions, {other} shows the result, and the evidence lies in comparing the two.",
  "What should remain is a habit rather than a fact: ask what {term} explains, and what it leaves open.",
];

const body = [meanings, mechanisms, examples, mistakes, practices];

/** Sentences and paragraphs about the subject of a prompt; equal prompts give equal prose. */
export interface Prose {
  /** Lesson-like paragraphs of about that many words, without headings. */
  paragraphs(words: number): string[];
  /** One sentence, varied by the key. */
  sentence(key: string): string;
  /** A noun phrase of the source with its article. */
  term(index: number): string;
}

export function proseFor(facts: PromptFacts): Prose {
  const subject = facts.lessonTitle ?? facts.topic;
  const offset = numberFor(facts.seed);
  const term = (index: number) => at(facts.terms, index + (offset % 3));
  const fill = (template: string, index: number) =>
    sentenceCase(
      template
        .replaceAll("{topic}", subject)
        .replaceAll("{term}", term(index))
        .replaceAll("{other}", term(index + 1)),
    );
  return {
    term,
    sentence: (key) => {
      const index = numberFor(`${facts.seed}/${key}`);
      return fill(pick(at(body, index), key), index % 97);
    },
    paragraphs(words) {
      const paragraphs: string[] = [fill(at(openings, offset), 0)];
      let written = countWords(paragraphs[0] ?? "");
      for (let index = 0; written < words - 40; index++) {
        const paragraph = [
          ...body.map((variants, role) => fill(at(variants, offset + index + role * 2), index * 2 + role)),
        ];
        const quoted = facts.sentences[index];
        if (quoted !== undefined) paragraph.splice(2, 0, quoted);
        const text = paragraph.slice(index % 2, index % 2 === 0 ? 5 : 6).join(" ");
        paragraphs.push(text);
        written += countWords(text);
      }
      paragraphs.push(fill(at(closings, offset), 1));
      return paragraphs;
    },
  };
}

/** Words separated by white space. */
export function countWords(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}

/** The text with its first letter in upper case. */
export function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A pattern with `{topic}`, `{term}` and `{other}` filled in; the index chooses the terms. */
export function fillPattern(pattern: string, facts: PromptFacts, prose: Prose, index: number): string {
  return sentenceCase(
    pattern
      .replaceAll("{topic}", facts.lessonTitle ?? facts.topic)
      .replaceAll("{term}", prose.term(index * 2))
      .replaceAll("{other}", prose.term(index * 2 + 1)),
  );
}
