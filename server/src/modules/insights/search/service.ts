import type { FoundKind, SearchAnswer, SearchHit } from "./models.ts";

/** How the rows of one kind are found and read: the list's own indexed search. */
export interface SearchSource<Row> {
  /** Ids of the rows that fit the words, newest first, at most `limit`. */
  listMatchingIds(words: string, limit: number): Promise<readonly string[]>;
  /** The rows of these ids in no order; those that are gone are missing. */
  listRows(ids: readonly string[]): Promise<readonly Row[]>;
}

interface WithError {
  readonly error_code: string | null;
  readonly error_message: string | null;
}
interface UnitRow extends WithError {
  readonly id: string;
  readonly title: string;
  readonly status: string;
}
interface LessonRow extends UnitRow {
  readonly unit_id: string;
  readonly flow_run_id: string | null;
}
interface OfUnit {
  readonly id: string;
  readonly status: string;
  readonly unit_id: string | null;
}
interface FlowRunRow extends OfUnit, WithError {
  readonly flow_name: string;
  readonly unit_title: string | null;
}
interface StepRow extends OfUnit, WithError {
  readonly step_name: string;
  readonly flow_name: string;
  readonly flow_run_id: string;
}
interface TaskRow extends OfUnit, WithError {
  readonly task_name: string;
  readonly unit_title: string | null;
}
interface RequestRow extends OfUnit, WithError {
  readonly kind: string;
  readonly step_name: string | null;
  readonly prompt_name: string | null;
  readonly provider: string;
  readonly model: string;
  readonly provider_response_id: string | null;
  readonly unit_title: string | null;
  readonly flow_run_id: string | null;
}
interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly is_active: boolean;
}

/** Where each kind is found. */
export interface SearchSources {
  readonly unit: SearchSource<UnitRow>;
  readonly lesson: SearchSource<LessonRow>;
  readonly flow_run: SearchSource<FlowRunRow>;
  readonly step_run: SearchSource<StepRow>;
  readonly task: SearchSource<TaskRow>;
  readonly llm_request: SearchSource<RequestRow>;
  readonly user: SearchSource<UserRow>;
}

export type SearchService = ReturnType<typeof createSearchService>;

/** What a row shows of itself and the texts that its words may have been found in. */
interface Described extends Omit<SearchHit, "matched" | "detail"> {
  readonly detail: string | null;
  readonly titles: readonly (string | null)[];
  readonly names: readonly (string | null)[];
  readonly error: WithError | null;
  /** Ids of others that lead here as well. */
  readonly other_id?: string | null;
}

/** Finds anything by id, title, name, error or a task's short inputs; never by source texts or prompts. */
export function createSearchService(sources: SearchSources) {
  return {
    /** At most `limit` hits of each of the kinds, newest first; kinds without a hit are left out. */
    async search(words: string, limit: number, kinds: readonly FoundKind[]): Promise<SearchAnswer> {
      const groups = await Promise.all(kinds.map((kind) => findGroup(sources, kind, words, limit)));
      return { query: words, groups: groups.filter(({ hits }) => hits.length > 0) };
    },
  };
}

async function findGroup(sources: SearchSources, kind: FoundKind, words: string, limit: number) {
  const ids = await sources[kind].listMatchingIds(words, limit + 1);
  const described = ids.length === 0 ? [] : await describeRows(sources, kind, ids.slice(0, limit));
  const place = new Map(ids.map((id, index) => [id, index]));
  const hits = described
    .map((row) => toHit(row, words))
    .sort((one, other) => (place.get(one.id) ?? 0) - (place.get(other.id) ?? 0));
  return { kind, hits, has_more: ids.length > limit };
}

async function describeRows(
  sources: SearchSources,
  kind: FoundKind,
  ids: readonly string[],
): Promise<Described[]> {
  switch (kind) {
    case "unit":
      return (await sources.unit.listRows(ids)).map(describeUnit);
    case "lesson": {
      const lessons = await sources.lesson.listRows(ids);
      const units = await sources.unit.listRows([...new Set(lessons.map(({ unit_id }) => unit_id))]);
      const titles = new Map(units.map(({ id, title }) => [id, title]));
      return lessons.map((lesson) => describeLesson(lesson, titles.get(lesson.unit_id) ?? null));
    }
    case "flow_run":
      return (await sources.flow_run.listRows(ids)).map(describeFlowRun);
    case "step_run":
      return (await sources.step_run.listRows(ids)).map(describeStep);
    case "task":
      return (await sources.task.listRows(ids)).map(describeTask);
    case "llm_request":
      return (await sources.llm_request.listRows(ids)).map(describeRequest);
    case "user":
      return (await sources.user.listRows(ids)).map(describeUser);
  }
}

function describeUnit(unit: UnitRow): Described {
  const { id, title, status } = unit;
  return {
    ...{ kind: "unit", id, title, detail: null, status, unit_id: id, flow_run_id: null },
    ...{ titles: [title], names: [], error: unit },
  };
}

function describeLesson(lesson: LessonRow, unit_title: string | null): Described {
  const { id, title, status, unit_id, flow_run_id } = lesson;
  return {
    ...{ kind: "lesson", id, title, detail: unit_title, status, unit_id, flow_run_id },
    ...{ titles: [title], names: [], error: lesson },
  };
}

function describeFlowRun(run: FlowRunRow): Described {
  const { id, flow_name, unit_title, status, unit_id } = run;
  return {
    ...{ kind: "flow_run", id, title: flow_name, detail: unit_title, status, unit_id, flow_run_id: id },
    ...{ titles: [unit_title], names: [flow_name], error: run },
  };
}

function describeStep(step: StepRow): Described {
  const { id, step_name, flow_name, status, unit_id, flow_run_id } = step;
  return {
    ...{ kind: "step_run", id, title: step_name, detail: flow_name, status, unit_id, flow_run_id },
    ...{ titles: [], names: [step_name, flow_name], error: step },
  };
}

function describeTask(task: TaskRow): Described {
  const { id, task_name, unit_title, status, unit_id } = task;
  return {
    ...{ kind: "task", id, title: task_name, detail: unit_title, status, unit_id, flow_run_id: null },
    ...{ titles: [unit_title], names: [task_name], error: task },
  };
}

function describeRequest(request: RequestRow): Described {
  const { id, kind, step_name, prompt_name, provider, model, status, unit_title, unit_id, flow_run_id } =
    request;
  const title = step_name ?? prompt_name ?? kind;
  const detail = unit_title === null ? model : `${model}, ${unit_title}`;
  return {
    ...{ kind: "llm_request", id, title, detail, status, unit_id, flow_run_id },
    ...{ titles: [unit_title], names: [step_name, prompt_name, provider, model], error: request },
    other_id: request.provider_response_id,
  };
}

function describeUser({ id, name, email, is_active }: UserRow): Described {
  const status = is_active ? "active" : "inactive";
  return {
    ...{ kind: "user", id, title: name, detail: email, status, unit_id: null, flow_run_id: null },
    ...{ titles: [name, email], names: [], error: null },
  };
}

function toHit(described: Described, words: string): SearchHit {
  const { titles, names, error, other_id, ...hit } = described;
  const sought = words.toLowerCase();
  const holds = (texts: readonly (string | null)[]) =>
    texts.some((text) => text?.toLowerCase().includes(sought));
  const matched =
    hit.id.startsWith(sought) || other_id === words
      ? "id"
      : holds(titles)
        ? "title"
        : holds(names)
          ? "name"
          : error !== null && (holds([error.error_code, error.error_message]) || error.error_code !== null)
            ? "error"
            : "inputs";
  const reason = matched === "error" ? (error?.error_message ?? error?.error_code) : undefined;
  return { ...hit, detail: reason ?? hit.detail, matched };
}
