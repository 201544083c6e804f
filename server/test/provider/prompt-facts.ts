import { createHash } from "node:crypto";
import { objectsIn } from "./json-in-text.ts";

/** What an answer can take from a prompt: counts, ids, the subject and sentences of its source text. */
export interface PromptFacts {
  /** Hash of the whole prompt: the only source of variation, so equal prompts get equal answers. */
  seed: string;
  topic: string;
  lessonTitle: string | null;
  lessonCount: number;
  exerciseCount: number;
  comprehensionCount: number | null;
  transferCount: number | null;
  wordCount: number;
  objectiveIds: string[];
  objectives: string[];
  /** Noun phrases of the source with the article `the`, most frequent first; never empty. */
  terms: string[];
  /** Sentences of the source that read as statements, in order; may be empty. */
  sentences: string[];
  headings: string[];
  /** JSON objects in the prompt, for example the drafts of an earlier step. */
  objects: Record<string, unknown>[];
}

const fallbackTerms = [
  "the evidence",
  "the cause",
  "the pattern",
  "the measurement",
  "the comparison",
  "the limit",
  "the starting point",
  "the record",
];

/** A noun phrase of one or two words after its article, up to a word that ends it. */
const nounPhrase =
  /\b(?:the|a|an)\s+((?:[A-Za-z-]{3,14}\s+)?[A-Za-z-]{4,14})(?=[.,;:]|\s+(?:of|in|on|and|or|is|are|was|were|at|from|to|with|by|for|that|which|has|have|can)\b)/g;

const ordinaryWords = new Set(
  (
    "about above after again against almost along already although always among another answer around because become " +
    "before being below between beyond bring called cannot change common could course create describe different does " +
    "doing during each early either enough every example exercise exercises explain first follow following format from " +
    "given gives great group happen having important include inside instead itself large later learner learning least " +
    "lesson lessons level little longer makes making might model moved moves names nearly never number objective " +
    "objectives often option options other others output passage people piece place point prompt question rather " +
    "really return right second sentence several should simple since small something source still student such " +
    "system takes teach text their there therefore these thing things think third those though three through title " +
    "together toward towards under understand unit until using usually value wants where whether which " +
    "while whole whose within without words would write writing written years"
  ).split(" "),
);

const instructionWords =
  /\b(you|your|write|exactly|json|schema|must|learners? will|return only|answer with|do not|option|exercise|rationale)\b/i;

/** Reads the facts of a prompt. Tolerant: whatever the prompt does not say gets a plausible default. */
export function readPromptFacts(prompt: string): PromptFacts {
  const source = sourcePart(prompt);
  const sentences = statementsOf(source);
  const headings = [...source.matchAll(/^#{1,4}\s+(.{3,90})$/gm)].map((match) => clean(match[1] ?? ""));
  const terms = termsOf(sentences.join(" "));
  const lessonTitle = labelled(prompt, "lesson[ _]title|lesson");
  const topic =
    labelled(prompt, "topic|subject|unit[ _]title|course[ _]title|unit|course|title") ??
    headings[0] ??
    lessonTitle ??
    terms.slice(0, 2).join(" and ");
  return {
    seed: createHash("sha256").update(prompt).digest("hex"),
    topic,
    lessonTitle,
    lessonCount:
      counted(prompt, "target[ _]lesson[ _]count|number of lessons|lesson[ _]count|lessons", "lessons?") ?? 4,
    exerciseCount:
      counted(
        prompt,
        "number of exercises|exercise[ _]count|exercises|questions",
        "(?:exercises|questions)",
      ) ?? 5,
    comprehensionCount: counted(prompt, "comprehension(?: exercises| items)?", "comprehension"),
    transferCount: counted(prompt, "transfer(?: exercises| items)?", "transfer"),
    wordCount: counted(prompt, "words|target words|word[ _]count|length in words", "words") ?? 520,
    objectiveIds: objectiveIdsOf(prompt),
    objectives: objectivesOf(prompt),
    terms,
    sentences,
    headings,
    objects: objectsIn(prompt),
  };
}

function clean(text: string): string {
  return text
    .trim()
    .replace(/^["'*`\s]+|["'*`,;\s]+$/g, "")
    .replace(/\s+/g, " ")
    .slice(0, 120);
}

function labelled(prompt: string, names: string): string | null {
  for (const name of names.split("|")) {
    const line = new RegExp(`^[ \\t\\-*>"]*${name}[*"]*[ \\t]*[:=][ \\t]*(\\S.*)$`, "im").exec(prompt);
    const value = clean(line?.[1] ?? "");
    if (value.length > 1 && !/^[[{\d]/.test(value)) return value;
  }
  return null;
}

/** A number far above this in a prompt is no order but part of a source. */
const mostCounted = 5000;

function counted(prompt: string, labels: string, noun: string): number | null {
  const byLabel = new RegExp(`(?:^|[\\s\\-*"(])(?:${labels})["*]*[ \\t]*[:=][ \\t]*(\\d{1,4})\\b`, "im").exec(
    prompt,
  );
  const byNoun = byLabel ?? new RegExp(`\\b(\\d{1,4})\\s+(?:[a-z-]+\\s+){0,3}${noun}\\b`, "i").exec(prompt);
  const value = Number(byNoun?.[1]);
  return Number.isInteger(value) && value > 0 ? Math.min(value, mostCounted) : null;
}

function objectiveIdsOf(prompt: string): string[] {
  const line = /(?:learning[ _])?objective[ _]ids?["*]*\s*[:=]\s*\[?([^\]\n]+)/i.exec(prompt);
  const listed = (line?.[1] ?? "")
    .split(/[,\s]+/)
    .map((id) => id.replace(/^["'`]+|["'`.;]+$/g, ""))
    .filter((id) => /^[\w-]+$/.test(id));
  const mentioned = prompt.match(/\b(?:lo|obj|objective)[_-]?\d+\b/gi) ?? [];
  return [...new Set(listed.length > 0 ? listed : mentioned)];
}

function objectivesOf(prompt: string): string[] {
  const block = /objectives?["*]*\s*:[^\S\n]*\n((?:[^\S\n]*(?:[-*]|\d+[.)])\s+.+\n?)+)/i.exec(prompt);
  return (block?.[1] ?? "")
    .split("\n")
    .map((line) =>
      clean(line.replace(/^\s*(?:[-*]|\d+[.)])\s+/, "").replace(/^\(?[a-z]+[_-]\d+\)?\s*[:.]?\s*/i, "")),
    )
    .filter((line) => line.length > 8);
}

/** The text between source tags or triple quotes, or after a line such as `Source:`; else the whole prompt. */
function sourcePart(prompt: string): string {
  const tag = /<(source[\w-]*|transcript|text|document|lesson)\b[^>\n]*>/i.exec(prompt);
  const quotes = prompt.indexOf('"""');
  const label = /^(?:source(?: text| material)?|transcript|lesson text)[ \t]*:/im.exec(prompt);
  if (tag) return between(prompt, tag.index + tag[0].length, `</${tag[1]}>`);
  if (quotes >= 0) return between(prompt, quotes + 3, '"""');
  return label ? prompt.slice(label.index + label[0].length) : prompt;
}

function between(text: string, start: number, closing: string): string {
  const end = text.indexOf(closing, start);
  return text.slice(start, end < 0 ? undefined : end);
}

function statementsOf(source: string): string[] {
  return source
    .replace(/^#.*$/gm, "\n")
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim().replace(/\s+/g, " "))
    .filter((sentence) => /^[A-Z].{39,219}[.!]$/.test(sentence))
    .filter((sentence) => !instructionWords.test(sentence) && !/[{}[\]<>|]/.test(sentence));
}

function termsOf(text: string): string[] {
  const counts = new Map<string, { term: string; count: number }>();
  for (const [, phrase = ""] of text.matchAll(nounPhrase)) {
    const words = phrase.toLowerCase().split(/\s+/);
    if (words.some((word) => ordinaryWords.has(word) || /(ly|ed|ing)$/.test(word))) continue;
    const key = words.join(" ");
    counts.set(key, { term: `the ${phrase.replace(/\s+/g, " ")}`, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  // Two words seen once may be a noun and its verb ("the tide depends").
  const ranked = [...counts.values()]
    .filter(({ term, count }) => count > 1 || term.split(" ").length === 2)
    .sort((a, b) => b.count - a.count)
    .map(({ term }) => term);
  return [...ranked.slice(0, 24), ...(ranked.length < 6 ? fallbackTerms : [])];
}
