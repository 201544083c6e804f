import { canonicalJson, sha256Hex } from "../../../platform/canonical-json.ts";
import type { Database } from "../../../platform/database.ts";
import type { ContentPort, SourceText } from "../../content/public.ts";
import type { TaskQueue } from "../../task-queue/public.ts";
import type { CreateUnitRequest } from "../create-request.ts";
import { creatorErrors } from "../errors.ts";
import type { Authors, CreationRequest } from "../models.ts";
import { offlineAuthorErrors } from "../offline-author/errors.ts";
import { detectEnglish } from "../offline-author/language.ts";
import { countAddressedPassages } from "../source-cleaning/addressed-passages.ts";
import { cleanSource, cleanText } from "../source-cleaning/clean-source.ts";
import { refuseEmptySources, refuseUnusableSources } from "../sources.ts";
import { unitCreationTask } from "../task-names.ts";
import { sourceGuidance } from "./authors.ts";

export interface CreateUnitOptions {
  readonly database: Database;
  readonly content: ContentPort;
  readonly queue: Pick<TaskQueue, "submitFlowTask">;
}

/** A unit was accepted; `task_id` is null for a draft. */
export interface CreatedAnswer {
  readonly unit_id: string;
  readonly task_id: string | null;
}

/**
 * Saves the unit once for each key of the user.
 * @throws AppError `source_required` and the others of `CreatorService.createUnit`
 */
export function createUnit(
  options: CreateUnitOptions,
  user: { readonly id: string },
  body: CreateUnitRequest,
  authors: Authors,
  idempotencyKey: string | undefined,
): Promise<CreatedAnswer> {
  const accepted = acceptRequest(body, authors);
  const key = idempotencyKey === undefined ? null : { key: idempotencyKey, body_hash: hashOf(body) };
  return insertOnce(options, user, accepted, body.start, key);
}

type GivenSource = NonNullable<CreateUnitRequest["sources"]>[number];

interface AcceptedRequest {
  readonly title: string;
  readonly sources: readonly SourceText[];
  readonly source_kind: "topic" | "text" | "file" | "url";
  readonly request: Omit<CreationRequest, "sources">;
}

function acceptRequest(given: CreateUnitRequest, authors: Authors): AcceptedRequest {
  const body = withVisibleLines(given);
  refuseUnusableSources(body.sources ?? []);
  const sources = (body.sources ?? []).map(cleanedSource);
  refuseEmptySources(sources);
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

/** Title, topic and objectives without characters that nobody sees; what is nothing else counts as not given. */
function withVisibleLines(body: CreateUnitRequest): CreateUnitRequest {
  const visible = (line: string | undefined) =>
    line === undefined ? undefined : cleanText(line).trim() || undefined;
  return {
    ...body,
    title: visible(body.title),
    topic: visible(body.topic),
    learning_objectives: body.learning_objectives?.flatMap((line) => visible(line) ?? []),
    sources: body.sources?.map((source) => ({ ...source, title: visible(source.title) })),
  };
}

/** So much of a source is looked through here; what a model reads of it is looked through then. */
const mostRead = 1_000_000;

function cleanedSource({ kind, title, text: given }: GivenSource): SourceText {
  const { text, removed } = cleanSource(given);
  const name = sourceTitle(kind, title, text);
  return {
    kind,
    title: name,
    text,
    removed,
    addressed_passages: countAddressedPassages(`${name ?? ""}\n\n${text.slice(0, mostRead)}`),
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
  options: CreateUnitOptions,
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
  { database, content, queue }: CreateUnitOptions,
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
