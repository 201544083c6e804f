import { ApiError } from "../../../api/problem.ts";

/** A file that was read and is not sent yet. */
export type DraftFile = { key: string; name: string; bytes: number; words: number; text: string };

/** One wished objective; the key keeps its field in place while others come and go. */
export type DraftObjective = { key: string; text: string };

/** What the form holds while it is being filled in. */
export type NewUnitDraft = {
  title: string;
  topic: string;
  /** Title of a pasted text where it is known, such as a sample's. */
  source_title: string;
  source_text: string;
  files: DraftFile[];
  learner_level: string;
  lesson_count: string;
  objectives: DraftObjective[];
};

/** Body of `POST /content-creator/units`. */
export type NewUnitBody = {
  title?: string;
  topic?: string;
  sources?: { kind: string; title?: string; text: string }[];
  learner_level: string;
  learning_objectives?: string[];
  target_lesson_count: number;
  start: boolean;
};

/** A form that nobody has touched. */
export const emptyDraft: NewUnitDraft = {
  title: "",
  topic: "",
  source_title: "",
  source_text: "",
  files: [],
  learner_level: "beginner",
  lesson_count: "4",
  objectives: [],
};

/** The most text that one unit may be made from, in bytes. */
export const maxSourceBytes = 10 * 1024 * 1024;
const mostLessons = 20;
const fewWords = 60;
const shortestPhrase = 3;

/** Sentences for the fields that must change first; empty when the form can be sent. */
export type DraftErrors = Partial<
  Record<"source_text" | "topic" | "title" | "lesson_count" | "objectives", string>
>;

function isBlank(code: number): boolean {
  return code <= 0x20 || code === 0xa0 || (code >= 0x2000 && code <= 0x200a) || code === 0x3000;
}

/** Counts words the way people do, without building a list: a text of 10 MB is counted at every keystroke. */
export function countWords(text: string): number {
  let words = 0;
  let inside = false;
  for (let place = 0; place < text.length; place += 1) {
    const blank = isBlank(text.charCodeAt(place));
    if (!blank && !inside) words += 1;
    inside = !blank;
  }
  return words;
}

/** Words of the pasted text and all files together. */
export function draftWords(draft: Pick<NewUnitDraft, "source_text" | "files">): number {
  return draft.files.reduce((sum, file) => sum + file.words, countWords(draft.source_text));
}

/** Whether something was typed, but less than the server takes. */
export function isTooShort(phrase: string): boolean {
  const length = phrase.trim().length;
  return length > 0 && length < shortestPhrase;
}

function sourceError(draft: NewUnitDraft, topicNeedsSource: boolean): string | null {
  const hasSource = draft.source_text.trim() !== "" || draft.files.length > 0;
  if (!hasSource && draft.topic.trim() === "") return "Paste a text, add a file, or give a topic below.";
  if (!hasSource && topicNeedsSource) {
    return "No text model is set, so a topic alone is not enough. Add a text to make the unit from.";
  }
  const pasted = new TextEncoder().encode(draft.source_text).length;
  const bytes = draft.files.reduce((sum, file) => sum + file.bytes, pasted);
  return bytes > maxSourceBytes ? "At most 10 MB of text fit together. Take a part of it." : null;
}

/** Checks a draft. Without a text model a topic alone cannot become a unit. */
export function checkDraft(draft: NewUnitDraft, topicNeedsSource: boolean): DraftErrors {
  const errors: DraftErrors = {};
  const source = sourceError(draft, topicNeedsSource);
  if (source !== null) errors.source_text = source;
  if (isTooShort(draft.topic)) errors.topic = "Say the topic in three letters or more.";
  const lessons = Number(draft.lesson_count);
  if (!Number.isInteger(lessons) || lessons < 1 || lessons > mostLessons) {
    errors.lesson_count = `Choose between 1 and ${mostLessons} lessons.`;
  }
  if (draft.objectives.some(({ text }) => isTooShort(text)))
    errors.objectives = "Say each objective in three letters or more, or remove it.";
  return errors;
}

/** A remark that does not stop anybody, such as about a text that is short for its lessons. */
export function remarkOn(draft: NewUnitDraft): string | null {
  const words = draftWords(draft);
  const lessons = Number(draft.lesson_count);
  if (words === 0 || !(lessons > 0) || words / lessons >= fewWords) return null;
  return `${words} words are little for ${lessons} lessons: expect short ones, or choose fewer.`;
}

const fieldOfIssue: Record<string, keyof DraftErrors> = {
  title: "title",
  topic: "topic",
  sources: "source_text",
  learning_objectives: "objectives",
  target_lesson_count: "lesson_count",
};

/** Which fields a refusal of the server belongs to; empty when it belongs to none. */
export function errorsOfRefusal(error: unknown): DraftErrors {
  if (!(error instanceof ApiError)) return {};
  if (error.code.startsWith("source_") || error.code === "body_too_large")
    return { source_text: error.detail };
  const errors: DraftErrors = {};
  for (const { field, message } of error.issues) {
    const name = fieldOfIssue[field.split(".")[0] ?? ""];
    if (name === undefined) return {};
    errors[name] = `The server refused this: ${message}.`;
  }
  return errors;
}

/** The body to send; fields that were left empty stay out. `start` false saves a draft. */
export function bodyOf(draft: NewUnitDraft, start: boolean): NewUnitBody {
  const objectives = draft.objectives.map(({ text }) => text.trim()).filter((text) => text !== "");
  const sourceTitle = draft.source_title.trim();
  const pasted =
    draft.source_text.trim() === ""
      ? []
      : [{ kind: "text", ...(sourceTitle === "" ? {} : { title: sourceTitle }), text: draft.source_text }];
  const files = draft.files.map((file) => ({
    kind: "file",
    title: file.name.slice(0, 200),
    text: file.text,
  }));
  const sources = [...pasted, ...files];
  return {
    ...(draft.title.trim() === "" ? {} : { title: draft.title.trim() }),
    ...(draft.topic.trim() === "" ? {} : { topic: draft.topic.trim() }),
    ...(sources.length === 0 ? {} : { sources }),
    learner_level: draft.learner_level,
    ...(objectives.length === 0 ? {} : { learning_objectives: objectives }),
    target_lesson_count: Number(draft.lesson_count),
    start,
  };
}
