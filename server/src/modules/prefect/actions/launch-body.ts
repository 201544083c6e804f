import { z } from "zod";
import type { PrefectDeployment } from "../client/wire.ts";

/** What a launch is made from, as the outbox keeps it. Sources by hash, never their texts. */
export const launchBodySchema = z.object({
  deployment_id: z.string(),
  unit_id: z.string(),
  title: z.string(),
  target_lesson_count: z.int(),
  learner_level: z.string(),
  source_sha256s: z.array(z.string()),
  /** The user's own; those of the unit win. */
  parameters: z.record(z.string(), z.unknown()),
});
export type LaunchBody = z.infer<typeof launchBodySchema>;

/** Where a unit's request names its sources. */
export const requestedSourcesSchema = z
  .looseObject({ sources: z.array(z.looseObject({ sha256: z.string() })).default([]) })
  .transform(({ sources }) => sources.map(({ sha256 }) => sha256));

/** Prefect takes parameters of at most 512 KiB as JSON: what else is given has room beside these. */
export const largestSourceBytes = 400 * 1024;
export const largestOwnParameterBytes = 64 * 1024;

/** As Prefect measures it: JSON in which every character that is not ASCII is escaped. */
export function jsonBytes(value: unknown): number {
  return JSON.stringify(value).replace(/[\u0080-\uffff]/g, "\\u0000").length;
}

/** The unit's parameters that the deployment's flow knows, beside the user's own. */
export function launchParameters(
  body: LaunchBody,
  deployment: Pick<PrefectDeployment, "parameter_openapi_schema">,
  given: { readonly source_text: string | null; readonly return_to: string | null },
): Record<string, unknown> {
  const ofUnit = {
    unit_id: body.unit_id,
    title: body.title,
    target_lesson_count: body.target_lesson_count,
    learner_level: body.learner_level,
    source_text: given.source_text,
    return_to: given.return_to,
  };
  const known = parameterNames(deployment);
  const fitting = Object.entries(ofUnit).filter(([name, value]) => value !== null && known.has(name));
  return { ...body.parameters, ...Object.fromEntries(fitting) };
}

const schemaWithProperties = z.object({ properties: z.record(z.string(), z.unknown()) });

function parameterNames(
  deployment: Pick<PrefectDeployment, "parameter_openapi_schema">,
): ReadonlySet<string> {
  const parsed = schemaWithProperties.safeParse(deployment.parameter_openapi_schema);
  return new Set(parsed.success ? Object.keys(parsed.data.properties) : []);
}
