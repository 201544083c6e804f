import type { Exercise, FinishedLesson, LearningObjective } from "../../modules/content/public.ts";
import type { UnitPlan } from "../../modules/content-creator/models.ts";

/** Who wrote a sample unit: the rows name its providers and models. */
export interface Authors {
  readonly text: { readonly provider: string; readonly model: string };
  readonly speech: { readonly provider: string; readonly model: string };
  readonly image: { readonly provider: string; readonly model: string };
}

/** What went differently in one step. */
export type Mishap =
  /** The first call was answered 429, the next one was good. */
  | "rate_limited"
  /** Both calls were answered with something that is no JSON; the step failed. */
  | "invalid_json_twice"
  /** All four calls were answered 503; the step failed. */
  | "provider_down";

/** A moment of a task, in ms after its start, at which its regular course ends. */
export interface Cut {
  readonly at_ms: number;
  readonly kind: "running" | "paused" | "cancelled";
}

/** One task of a unit. */
export interface TaskStory {
  /** How long ago it was accepted, in minutes. */
  readonly minutes_ago: number;
  readonly mode: "from_scratch" | "resume";
  /** By `flow key/step name`. */
  readonly mishaps: Readonly<Record<string, Mishap>>;
  readonly cut: Cut | null;
  /** When its first worker died; another one took the task over. */
  readonly worker_died_at_ms: number | null;
  readonly pause_reason: string | null;
}

/** A lesson as its steps wrote it. */
export type LessonStory = Pick<
  FinishedLesson,
  "title" | "objective" | "learning_objective_ids" | "body" | "transcript" | "quality"
> & { readonly exercises: readonly Exercise[]; readonly review: FinishedLesson["review"] };

export interface SourceStory {
  readonly title: string;
  readonly text: string;
}

/** A sample unit from its request to its end. */
export interface UnitStory {
  /** Names it in keys; different for each. */
  readonly slug: string;
  readonly status: "draft" | "in_progress" | "paused" | "completed" | "partial" | "failed" | "cancelled";
  readonly title: string;
  readonly description: string;
  readonly learner_level: "beginner" | "intermediate" | "advanced";
  readonly topic: string | null;
  /** Null: written from the topic. */
  readonly source: SourceStory | null;
  /** The text that the first step wrote for a topic. */
  readonly generated_source: string | null;
  readonly learning_objectives: readonly LearningObjective[];
  readonly lessons: readonly LessonStory[];
  /** The plan in the offline author's own form, which a unit of its has. */
  readonly quotes?: UnitPlan["quotes"];
  readonly podcast_transcript: string;
  readonly cover: { readonly description: string; readonly palette: readonly string[] | null };
  readonly authors: Authors;
  /** Oldest first; a draft has none. */
  readonly tasks: readonly TaskStory[];
  readonly created_minutes_ago: number;
  readonly is_published: boolean;
}

/** A task without anything special. */
export function taskStory(minutes_ago: number, special: Partial<TaskStory> = {}): TaskStory {
  return {
    minutes_ago,
    mode: "from_scratch",
    mishaps: {},
    cut: null,
    worker_died_at_ms: null,
    pause_reason: null,
    ...special,
  };
}

interface WrittenExercise {
  readonly id: string;
  readonly category: Exercise["category"];
  readonly stem: string;
  /** Text and rationale; the key is the one at place `key`. */
  readonly options: readonly (readonly [text: string, rationale: string])[];
  readonly key: 0 | 1 | 2 | 3;
  readonly objective: string;
  readonly bloom_level: Exercise["bloom_level"];
  readonly difficulty: Exercise["difficulty"];
  readonly quote: string;
  readonly review?: Exercise["review"];
}

const labels = ["A", "B", "C", "D"] as const;

function toExercise(written: WrittenExercise): Exercise {
  return {
    id: written.id,
    kind: "multiple_choice",
    category: written.category,
    stem: written.stem,
    options: written.options.map(([text, rationale], place) => ({
      label: labels[place] ?? "D",
      text,
      is_key: place === written.key,
      rationale,
    })),
    learning_objective_id: written.objective,
    bloom_level: written.bloom_level,
    difficulty: written.difficulty,
    evidence: { quote: written.quote, reference: null },
    review: written.review ?? "approved",
  };
}

interface WrittenLesson {
  readonly title: string;
  readonly objective: string;
  readonly objectives: readonly string[];
  /** A text that starts with "## " is a heading; one with lines that start with "- " is a list. */
  readonly texts: readonly string[];
  readonly exercises?: readonly WrittenExercise[];
  readonly dropped?: FinishedLesson["quality"]["dropped"];
}

/** A lesson as a model writes one: body and transcript say the same. */
export function lessonStory(written: WrittenLesson): LessonStory {
  const spoken = written.texts.map((text) => text.replace(/^## (.*)$/, "$1.").replace(/^- (.*)$/gm, "$1"));
  return {
    title: written.title,
    objective: written.objective,
    learning_objective_ids: [...written.objectives],
    body: written.texts.map(toBlock),
    transcript: spoken.join("\n\n"),
    exercises: (written.exercises ?? []).map(toExercise),
    quality: { dropped: written.dropped ?? [], findings: [], note: "", audio_outdated: false },
    review: "approved",
  };
}

function toBlock(text: string): LessonStory["body"][number] {
  const span = (part: string) => ({ text: part, kind: "written" as const, reference: null });
  if (text.startsWith("## ")) return { type: "heading", level: 2, text: text.slice(3) };
  if (text.startsWith("- ")) {
    return { type: "list", items: text.split("\n").map((line) => [span(line.replace(/^- /, ""))]) };
  }
  return { type: "paragraph", spans: [span(text)] };
}

/** An objective that the source covers. */
export function objective(
  id: string,
  text: string,
  bloom_level: LearningObjective["bloom_level"],
  evidence_of_mastery: string,
): LearningObjective {
  return { id, text, bloom_level, evidence_of_mastery, covered_by_source: true };
}
