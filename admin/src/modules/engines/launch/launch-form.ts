import type { Deployment } from "../../../api/engine-rows.ts";

/** What the server gives a run from the unit, as far as the flow knows it. */
export const unitParameters = [
  "unit_id",
  "title",
  "target_lesson_count",
  "learner_level",
  "source_text",
  "return_to",
] as const;

const mostBytes = 64_000;

/** The further parameters as typed, read against the flow that gets them. A remark stops nobody. */
export type ReadParameters =
  | { parameters: Record<string, unknown>; error: null; remark: string | null }
  | { parameters: null; error: string; remark: null };

const refuse = (error: string): ReadParameters => ({ parameters: null, error, remark: null });

/** Reads further parameters: nothing, or a JSON object; without a deployment names are not checked. */
export function readParameters(text: string, deployment: Deployment | null): ReadParameters {
  const parsed = parseObject(text);
  if (typeof parsed === "string") return refuse(parsed);
  if (new TextEncoder().encode(text).length > mostBytes) return refuse("At most 64 KB of parameters fit.");
  if (deployment === null) return { parameters: parsed, error: null, remark: null };
  const missing = missingParameters(deployment).filter((name) => !(name in parsed));
  if (missing.length > 0) return refuse(`The flow needs ${listOf(missing)}: give it here.`);
  return { parameters: parsed, error: null, remark: remarkOn(Object.keys(parsed), deployment) };
}

function parseObject(text: string): Record<string, unknown> | string {
  if (text.trim() === "") return {};
  const example = 'such as {"variant": "slow"}';
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
    return `Write an object, ${example}.`;
  } catch {
    // What is wrong is said in words of our own: each browser has others.
    return `This is not JSON. Write an object, ${example}.`;
  }
}

function remarkOn(given: readonly string[], deployment: Deployment): string | null {
  const known = new Set(deployment.parameters.map(({ name }) => name));
  const own = new Set<string>(unitParameters);
  const unused = given.filter((name) => own.has(name) && known.has(name));
  if (unused.length > 0) return `The unit's own ${listOf(unused)} is used, not what is written here.`;
  const unknown = given.filter((name) => !known.has(name));
  if (unknown.length > 0) return `The flow does not name ${listOf(unknown)}: Prefect may refuse the run.`;
  return null;
}

/** Names of what the unit gives to the flow of a deployment. */
export function givenParameters(deployment: Deployment): string[] {
  const known = new Set(deployment.parameters.map(({ name }) => name));
  return unitParameters.filter((name) => known.has(name));
}

/** Names that the flow cannot do without and the unit does not have. */
export function missingParameters(deployment: Deployment): string[] {
  const own = new Set<string>(unitParameters);
  return deployment.parameters
    .filter(({ name, is_required }) => is_required && !own.has(name))
    .map(({ name }) => name);
}

/** Names that may be given beside the unit's. */
export function furtherParameters(deployment: Deployment): string[] {
  const own = new Set<string>(unitParameters);
  return deployment.parameters.map(({ name }) => name).filter((name) => !own.has(name));
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `“${name.slice(0, 60)}”`);
  return shown.join(", ") + (names.length > shown.length ? ` and ${names.length - shown.length} more` : "");
}

/** Whether lessons can come back from runs of the deployment: its flow has to be told for which unit and to where. */
export function returnsLessons(deployment: Deployment): boolean {
  const given = givenParameters(deployment);
  return given.includes("unit_id") && given.includes("return_to");
}

/** The deployment that is chosen for a start: one that is made for units, and of those one whose runs are fetched. */
export function likelyDeployment(deployments: readonly Deployment[]): Deployment | null {
  const fit = (one: Deployment) =>
    Number(returnsLessons(one)) * 4 + Number(one.is_ready) * 2 + Number(!one.is_paused);
  const [best] = deployments.toSorted((left, right) => fit(right) - fit(left));
  if (best === undefined) return null;
  return deployments.length === 1 || returnsLessons(best) ? best : null;
}
