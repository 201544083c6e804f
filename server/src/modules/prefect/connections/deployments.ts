import { z } from "zod";
import type { PrefectClient } from "../client/client.ts";
import { largestPage } from "../client/queries.ts";
import type { PrefectDeployment } from "../client/wire.ts";
import type { Deployment } from "./models.ts";

/** Most deployments that are offered; Prefect is asked for no more. */
const mostDeployments = 1_000;

/**
 * The deployments that the filter lets in (an empty one: all), by name, at most 1,000 of those that Prefect has.
 *
 * @throws AppError with a code of `prefectErrors`
 */
export async function readDeployments(
  client: PrefectClient,
  filter_deployment_ids: readonly string[],
  signal?: AbortSignal,
): Promise<PrefectDeployment[]> {
  const wanted = new Set(filter_deployment_ids);
  const found = new Map<string, PrefectDeployment>();
  for (let offset = 0; offset < mostDeployments; offset += largestPage) {
    const page = await client.listDeployments({ limit: largestPage, offset }, signal);
    for (const deployment of page) {
      if (wanted.size === 0 || wanted.has(deployment.id)) found.set(deployment.id, deployment);
    }
    if (page.length < largestPage || (wanted.size > 0 && found.size === wanted.size)) break;
  }
  return [...found.values()];
}

/** With the names of their flows, as people choose among them. @throws AppError with a code of `prefectErrors` */
export async function describeDeployments(
  client: PrefectClient,
  deployments: readonly PrefectDeployment[],
  signal?: AbortSignal,
): Promise<Deployment[]> {
  const flow_ids = [...new Set(deployments.map(({ flow_id }) => flow_id))];
  const names = new Map<string, string>();
  for (let start = 0; start < flow_ids.length; start += largestPage) {
    const flows = await client.listFlows(flow_ids.slice(start, start + largestPage), signal);
    for (const { id, name } of flows) names.set(id, name);
  }
  return deployments.map((deployment) => toDeployment(deployment, names.get(deployment.flow_id) ?? ""));
}

function toDeployment(deployment: PrefectDeployment, flow_name: string): Deployment {
  const { id, name, tags, paused, description, status, last_polled, work_pool_name } = deployment;
  return {
    ...{ id, name, flow_name, tags },
    description: description ?? null,
    is_paused: paused,
    is_ready: status === "READY",
    last_polled_at: last_polled == null ? null : new Date(last_polled).toISOString(),
    work_pool_name: work_pool_name ?? null,
    parameters: parametersOf(deployment),
  };
}

const parameterSchema = z.object({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
});

/** Of the JSON schema that Prefect made from the flow's signature; none when it made none. */
function parametersOf({ parameter_openapi_schema }: PrefectDeployment): Deployment["parameters"] {
  const parsed = parameterSchema.safeParse(parameter_openapi_schema ?? {});
  if (!parsed.success) return [];
  const { properties, required } = parsed.data;
  return Object.keys(properties).map((name) => ({ name, is_required: required.includes(name) }));
}
