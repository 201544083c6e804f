import { sql } from "kysely";
import type { Database } from "../../../platform/database.ts";

export type PayloadPart = "input" | "output";

/** A recorded value; the content is left out where it is longer than what was asked for. */
export interface StoredPayload {
  readonly content: unknown;
  readonly content_zstd: Buffer | null;
  /** Length of the JSON text. Null for outputs recorded before lengths were. */
  readonly characters: number | null;
}

/** Input and output of a flow run, as far as they are recorded and not expired. */
export async function listFlowPayloads(
  database: Database,
  id: string,
  most: number,
): Promise<(StoredPayload & { readonly part: PayloadPart })[]> {
  const result = await sql<StoredPayload & { part: PayloadPart }>`
    SELECT part, characters, CASE WHEN characters <= ${most} THEN content END AS content,
      CASE WHEN characters <= ${most} THEN content_zstd END AS content_zstd
    FROM payloads_flow_runs WHERE owner_id = ${id}`.execute(database);
  return result.rows;
}

export interface StepBodies {
  readonly error_causes: { name: string; message: string; code: string | null }[] | null;
  /** Of the step that this one was reused from. */
  readonly reused_from_flow_run_id: string | null;
  /** The step from whose row the bodies are: its own or the one that it was reused from. */
  readonly has_output: boolean;
  readonly output: unknown;
  readonly output_zstd: Buffer | null;
  readonly output_characters: number | null;
  readonly input: unknown;
  readonly input_zstd: Buffer | null;
  readonly input_characters: number | null;
}

/** Input and output of a step; a reused step shows those of the run it was reused from. */
export async function findStepBodies(
  database: Database,
  step_run_id: string,
  most: number,
): Promise<StepBodies | null> {
  const result = await sql<StepBodies>`
    SELECT s.error_causes, CASE WHEN s.reused_from_step_run_id IS NOT NULL THEN o.flow_run_id END AS reused_from_flow_run_id,
      (o.output IS NOT NULL OR o.output_zstd IS NOT NULL) AS has_output, o.output_characters,
      CASE WHEN coalesce(o.output_characters, 0) <= ${most} THEN o.output END AS output,
      CASE WHEN coalesce(o.output_characters, 0) <= ${most} THEN o.output_zstd END AS output_zstd,
      p.characters AS input_characters, CASE WHEN p.characters <= ${most} THEN p.content END AS input,
      CASE WHEN p.characters <= ${most} THEN p.content_zstd END AS input_zstd
    FROM flow_step_runs s
    JOIN flow_step_runs o ON o.id = coalesce(s.reused_from_step_run_id, s.id)
    LEFT JOIN payloads_step_runs p ON p.owner_id = o.id AND p.part = 'input'
    WHERE s.id = ${step_run_id}`.execute(database);
  return result.rows[0] ?? null;
}

/** A value as its JSON text, or compressed. */
export interface PayloadText {
  readonly text: string | null;
  readonly text_zstd: Buffer | null;
}

export async function findFlowPayloadText(
  database: Database,
  id: string,
  part: PayloadPart,
): Promise<PayloadText | null> {
  const result = await sql<PayloadText>`
    SELECT content::text AS text, content_zstd AS text_zstd FROM payloads_flow_runs
    WHERE owner_id = ${id} AND part = ${part}`.execute(database);
  return result.rows[0] ?? null;
}

/** Null also when the flow run has no such step. */
export async function findStepPayloadText(
  database: Database,
  step: { readonly flow_run_id: string; readonly step_run_id: string },
  part: PayloadPart,
): Promise<PayloadText | null> {
  const body =
    part === "output"
      ? sql`SELECT o.output::text AS text, o.output_zstd AS text_zstd`
      : sql`SELECT p.content::text AS text, p.content_zstd AS text_zstd`;
  const result = await sql<PayloadText>`
    ${body} FROM flow_step_runs s
    JOIN flow_step_runs o ON o.id = coalesce(s.reused_from_step_run_id, s.id)
    LEFT JOIN payloads_step_runs p ON p.owner_id = o.id AND p.part = 'input'
    WHERE s.id = ${step.step_run_id} AND s.flow_run_id = ${step.flow_run_id}`.execute(database);
  return result.rows[0] ?? null;
}
