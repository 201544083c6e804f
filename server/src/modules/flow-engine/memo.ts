import { canonicalJson, sha256Hex } from "../../platform/canonical-json.ts";
import type { StepRecipe } from "./public.ts";

/** sha256 of a step's input, given in RFC 8785 form. */
export function hashInput(canonical: string): string {
  return sha256Hex(canonical);
}

/** What identifies a result within its lineage. Versions, prompts and models are stored beside it, not in it. */
export function memoKey(call: {
  readonly flow_path: string;
  readonly step_name: string;
  readonly input_hash: string;
  readonly occurrence: number;
}): string {
  return sha256Hex(canonicalJson([call.flow_path, call.step_name, call.input_hash, call.occurrence]));
}

/** What decided a result besides its input; compared by explicit rebuilds only. */
export function hashRecipe(version: number, recipe: StepRecipe | undefined): string {
  return sha256Hex(canonicalJson({ version, ...recipe }));
}

/** The chain of flow keys from the root, such as `unit/lesson:3`. */
export function flowPath(parent: string | null, key: string): string {
  return parent === null ? key : `${parent}/${key}`;
}

/**
 * Numbers identical calls of one flow run: 0 for the first, 1 for the second. Identical calls are interchangeable, so it does
 * not matter in which order parallel ones ask.
 */
export function createOccurrenceCounter(): (step_name: string, input_hash: string) => number {
  const seen = new Map<string, number>();
  return (step_name, input_hash) => {
    const key = `${step_name}\n${input_hash}`;
    const occurrence = seen.get(key) ?? 0;
    seen.set(key, occurrence + 1);
    return occurrence;
  };
}
