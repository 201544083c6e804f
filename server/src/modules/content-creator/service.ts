import { canonicalJson, sha256Hex } from "../../platform/canonical-json.ts";
import type { Database } from "../../platform/database.ts";
import { AppError } from "../../platform/errors.ts";
import type { ContentPort, SourceText, UnitState } from "../content/public.ts";
import type { LlmGateway } from "../llm/public.ts";
import type { NewTask, TaskMode, TaskQueue } from "../task-queue/public.ts";
import type { AuthorsAnswer, CreateUnitRequest, Sample } from "./create-request.ts";
import { creatorErrors } from "./errors.ts";
import { type Authors, type CreationRequest, creationRequestSchema } from "./models.ts";
import { offlineAuthorErrors } from "./offline-author/errors.ts";
import { detectEnglish } from "./offline-author/language.ts";
import { readSamples } from "./samples.ts";
import { refuseUnusableSources } from "./sources.ts";

/** Name of the tasks that write units; shown as Task Type. */
export const unitCreationTask = "unit_creation";

export interface CreatorServiceOptions {
  readonly database: Database;
  readonly content: ContentPort;
  readonly queue: Pick<TaskQueue, "submitFlowTask" | "notifyTasks">;
  readonly gateway: Pick<LlmGateway, "hasProvider" | "modelFor">;
  readonly samplesFolder: string;
}

/** A unit was accepted; `task_id` is null for a draft. */
export interface CreatedAnswer {
  readonly unit_id: string;
  readonly task_id: string | null;
}

export interface AcceptedAnswer {
  readonly unit_id: string;
  readonly task_id: string;
}

/** Accepts, starts and retries units. */
export interface CreatorService {
  /**
   * Saves the unit with its sources, and its task unless `start` is false, in one transaction. The same
   * `idempotencyKey` with the same body answers with the same unit.
   * @throws AppError `source_required`, `source_empty`, `source_binary`, `source_too_large`, `source_too_short`,
   * `source_not_english`, `idempotency_key_reused`
   */
  createUnit(
    user: { readonly id: string },
    body: CreateUnitRequest,
    idempotencyKey?: string,
  ): Promise<CreatedAnswer>;
  /** Gives a draft its first task. @throws AppError `unit_not_found`, `unit_not_startable` */
  startUnit(user: { readonly id: string }, unit_id: string): Promise<AcceptedAnswer>;
  /**
   * A new task with the same parameters, for a failed, partial or cancelled unit. `resume` keeps the lineage and with
   * it every recorded step; `from_scratch` starts a new one.
   * @throws AppError `unit_not_found`, `unit_not_retryable`
   */
  retryUnit(
    user: { readonly id: string },
    unit_id: string,
    mode: "from_scratch" | "resume",
  ): Promise<AcceptedAnswer>;
  listSamples(): Promise<Sample[]>;
  /** Who would write a unit that is created now. */
  describeAuthors(): AuthorsAnswer;
}

export function createCreatorService(options: CreatorServiceOptions): CreatorService {
  const { database, content, queue, gateway } = options;

  /** Runs `choose` under the unit's lock, then hands the unit to the new task. */
  async function giveNewTask(
    user: { readonly id: string },
    unit_id: string,
    choose: (unit: UnitState) => Partial<NewTask>,
  ): Promise<AcceptedAnswer> {
    const task = await database.transaction().execute(async (transaction) => {
      const unit = await content.lockUnit(transaction, unit_id);
      const chosen = choose(unit);
      const submitted = await queue.submitFlowTask(transaction, {
        task_name: unitCreationTask,
        inputs: readRequest(unit),
        unit_id,
        unit_title: unit.title,
        user_id: user.id,
        ...chosen,
      });
      await content.giveToTask(transaction, unit_id, submitted);
      return submitted;
    });
    queue.notifyTasks();
    return { unit_id, task_id: task.id };
  }

  return {
    async createUnit(user, body, idempotencyKey) {
      const accepted = acceptRequest(body, authorsOf(gateway));
      const key = idempotencyKey === undefined ? null : { key: idempotencyKey, body_hash: hashOf(body) };
      const made = await insertOnce(options, user, accepted, body.start, key);
      if (made.task_id !== null) queue.notifyTasks();
      return made;
    },
    startUnit: (user, unit_id) =>
      giveNewTask(user, unit_id, (unit) => {
        if (unit.status !== "draft") {
          throw creatorErrors.create(
            "unit_not_startable",
            "Only a draft can be started; this unit was started before.",
          );
        }
        return {};
      }),
    async retryUnit(user, unit_id, mode) {
      try {
        return await giveNewTask(user, unit_id, (unit) => retryOf(unit, mode));
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "task_already_live") throw error;
        throw notRetryable(
          "A task of this unit is still running. Wait for its end or cancel it first.",
          error,
        );
      }
    },
    listSamples: () => readSamples(options.samplesFolder),
    describeAuthors() {
      const authors = authorsOf(gateway);
      return {
        authors,
        models: {
          text: gateway.modelFor("text"),
          speech: gateway.modelFor("speech"),
          image: gateway.modelFor("image"),
        },
        topic_needs_source: authors.text === "offline",
        guidance: guidanceFor(authors),
      };
    },
  };
}

function authorsOf(gateway: Pick<LlmGateway, "hasProvider">): Authors {
  const hasText = gateway.hasProvider("text") && gateway.hasProvider("object");
  return {
    text: hasText ? "model" : "offline",
    speech: gateway.hasProvider("speech") ? "model" : "offline",
    image: gateway.hasProvider("image") ? "model" : "offline",
  };
}

const sourceGuidance =
  "Paste a source text, or set COURSEWRIGHT_LLM_BASE_URL and COURSEWRIGHT_TEXT_MODEL to let a language model write one.";

function guidanceFor({ text, speech, image }: Authors): string {
  const offline = [
    ...(text === "offline"
      ? ["Texts and exercises are quoted from your source; no AI model writes them."]
      : []),
    ...(speech === "offline" ? ["Audio is spoken by a built-in voice."] : []),
    ...(image === "offline" ? ["Covers are drawn by a built-in generator."] : []),
  ];
  if (text === "offline") offline.push(`A topic alone is not enough. ${sourceGuidance}`);
  return offline.length === 0 ? "Models write texts, audio and covers." : offline.join(" ");
}

interface AcceptedRequest {
  readonly title: string;
  readonly sources: readonly SourceText[];
  readonly source_kind: "topic" | "text" | "file" | "url";
  readonly request: Omit<CreationRequest, "sources">;
}

function acceptRequest(body: CreateUnitRequest, authors: Authors): AcceptedRequest {
  const sources = (body.sources ?? []).map(
    ({ kind, title, text }): SourceText => ({
      kind,
      title: sourceTitle(kind, title, text),
      text: plainText(text),
    }),
  );
  refuseUnusableSources(sources);
  if (sources.length === 0 && body.topic === undefined) {
    throw creatorErrors.create("source_required", `The unit needs a topic or a source. ${sourceGuidance}`);
  }
  if (authors.text === "offline") refuseForOfflineAuthor(sources);
  return {
    title: body.title ?? body.topic ?? titleOf(sources),
    sources,
    source_kind: sources.length === 0 ? "topic" : kindOf(sources),
    request: {
      title: body.title ?? null,
      topic: body.topic ?? null,
      learner_level: body.learner_level,
      learning_objectives: body.learning_objectives ?? [],
      target_lesson_count: body.target_lesson_count,
      authors,
    },
  };
}

/** A file's name says less than its main heading; without one the name is read as words. */
function sourceTitle(kind: SourceText["kind"], title: string | undefined, text: string): string | null {
  if (kind !== "file" || title === undefined) return title ?? null;
  const words = title
    .replace(/\.[a-z]{1,8}$/i, "")
    .replace(/[-_]+/g, " ")
    .trim();
  return headingOf(text, 1) ?? (words.charAt(0).toUpperCase() + words.slice(1) || null);
}

function headingOf(text: string, deepest: number): string | undefined {
  return text.match(new RegExp(`^#{1,${deepest}}\\s+(.{1,200})$`, "m"))?.[1]?.trim();
}

function plainText(text: string): string {
  return text
    .replace(/^\uFEFF/, "")
    .replace(/\r\n?/g, "\n")
    .toWellFormed();
}

/** The offline author refuses these when it reads them; here it happens before anything is saved. */
const fewestWords = 40;

function refuseForOfflineAuthor(sources: readonly SourceText[]): void {
  if (sources.length === 0) {
    throw creatorErrors.create(
      "source_required",
      `Without a language model nothing is made up, so a topic alone is not enough. ${sourceGuidance}`,
    );
  }
  const text = sources.map((source) => source.text).join("\n\n");
  if ((text.match(/\p{L}+/gu)?.length ?? 0) < fewestWords) {
    throw offlineAuthorErrors.create(
      "source_too_short",
      `The source has fewer than ${fewestWords} words, too few to quote lessons from. Paste a longer text.`,
    );
  }
  if (!detectEnglish(text).is_english) {
    throw offlineAuthorErrors.create(
      "source_not_english",
      "The built-in author reads English only, and this source does not look English. Paste an English text or " +
        "configure a language model.",
    );
  }
}

function titleOf(sources: readonly SourceText[]): string {
  const [first] = sources;
  const heading = first === undefined ? undefined : headingOf(first.text, 3);
  const opening = first?.text.match(/\S[^\n.!?]{0,79}/)?.[0].trim();
  return first?.title ?? heading ?? opening ?? "Untitled unit";
}

function kindOf(sources: readonly SourceText[]): "text" | "file" | "url" {
  const kind = sources[0]?.kind;
  return kind === "file" || kind === "url" ? kind : "text";
}

function hashOf(body: CreateUnitRequest): string {
  const sources = body.sources?.map((source) => ({ ...source, text: sha256Hex(source.text.toWellFormed()) }));
  return sha256Hex(canonicalJson({ ...body, sources: sources ?? null }));
}

/** Another request used the same key first; carries nothing, the key's row says the rest. */
class KeyTaken extends Error {}

interface RequestKey {
  readonly key: string;
  readonly body_hash: string;
}

async function insertOnce(
  options: CreatorServiceOptions,
  user: { readonly id: string },
  accepted: AcceptedRequest,
  start: boolean,
  requestKey: RequestKey | null,
): Promise<CreatedAnswer> {
  if (requestKey === null) return insertUnit(options, user, accepted, start, null);
  const before = await answerForKey(options.content, user.id, requestKey);
  if (before !== null) return before;
  try {
    return await insertUnit(options, user, accepted, start, requestKey);
  } catch (error) {
    if (!(error instanceof KeyTaken)) throw error;
    const first = await answerForKey(options.content, user.id, requestKey);
    // The unit of the first request was deleted in between: the key is free again.
    return first ?? insertUnit(options, user, accepted, start, requestKey);
  }
}

async function answerForKey(
  content: ContentPort,
  user_id: string,
  { key, body_hash }: RequestKey,
): Promise<CreatedAnswer | null> {
  const used = await content.findKey(user_id, key);
  if (used === null) return null;
  if (used.body_hash !== body_hash) {
    throw creatorErrors.create(
      "idempotency_key_reused",
      "This Idempotency-Key was used for a request with another body. Use a new key for a new unit.",
      { details: { unit_id: used.unit_id } },
    );
  }
  return { unit_id: used.unit_id, task_id: used.task_id };
}

function insertUnit(
  { database, content, queue }: CreatorServiceOptions,
  user: { readonly id: string },
  accepted: AcceptedRequest,
  start: boolean,
  requestKey: RequestKey | null,
): Promise<CreatedAnswer> {
  const request: CreationRequest = {
    ...accepted.request,
    sources: accepted.sources.map(({ title, text }) => ({ title, sha256: sha256Hex(text) })),
  };
  return database.transaction().execute(async (transaction) => {
    const unit_id = await content.insertUnit(transaction, {
      title: accepted.title,
      learner_level: request.learner_level,
      target_lesson_count: request.target_lesson_count,
      source_kind: accepted.source_kind,
      generated_from_topic: accepted.sources.length === 0,
      request,
      user_id: user.id,
      sources: accepted.sources,
    });
    if (requestKey !== null) {
      const isFirst = await content.useKey(transaction, { user_id: user.id, unit_id, ...requestKey });
      if (!isFirst) throw new KeyTaken();
    }
    if (!start) return { unit_id, task_id: null };
    const task = await queue.submitFlowTask(transaction, {
      task_name: unitCreationTask,
      inputs: request,
      unit_id,
      unit_title: accepted.title,
      user_id: user.id,
    });
    await content.giveToTask(transaction, unit_id, task);
    return { unit_id, task_id: task.id };
  });
}

function readRequest(unit: UnitState): CreationRequest {
  const parsed = creationRequestSchema.safeParse(unit.request);
  if (parsed.success) return parsed.data;
  throw notRetryable(
    "It is not recorded what this unit was made from. Create a new unit instead.",
    parsed.error,
  );
}

const retryableStatuses = new Set(["failed", "partial", "cancelled"]);

function retryOf(unit: UnitState, mode: "from_scratch" | "resume"): Partial<NewTask> {
  if (!retryableStatuses.has(unit.status)) {
    throw notRetryable(
      `This unit is ${unit.status.replace("_", " ")}. Only a failed, partial or cancelled unit can be retried.`,
    );
  }
  const kept: { mode: TaskMode; retry_of_task_id?: string } = { mode };
  if (unit.task_id !== null) kept.retry_of_task_id = unit.task_id;
  if (mode === "from_scratch") return kept;
  if (unit.lineage_id === null) {
    throw notRetryable("Nothing of this unit is recorded that could be resumed. Retry it from scratch.");
  }
  return { ...kept, lineage_id: unit.lineage_id };
}

function notRetryable(message: string, cause?: unknown) {
  return creatorErrors.create("unit_not_retryable", message, cause === undefined ? {} : { cause });
}
