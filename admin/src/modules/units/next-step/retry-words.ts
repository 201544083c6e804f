import type { RetryOptions } from "../../../api/content-rows.ts";
import { formatDuration, formatQuantity, formatUsd } from "../../../ui/value/format.ts";
import type { RetryEstimate, RetryStep } from "./retry-options.ts";

/** Steps that belong together: those of one lesson, of the podcast, of the cover or of the unit as a whole. */
export type StepGroup = { key: string; title: string; steps: RetryStep[] };

const titlesByFlow: Record<string, string> = {
  unit_podcast: "Podcast",
  unit_art_creation: "Cover",
  unit_creation: "The unit",
};

function titleOf(step: RetryStep): string {
  if (step.lesson_position !== null) return `Lesson ${step.lesson_position}`;
  return titlesByFlow[step.flow_name] ?? step.flow_name.replaceAll("_", " ");
}

/** The steps by the part of the unit that they make, in the order in which they run. */
export function groupSteps(steps: readonly RetryStep[]): StepGroup[] {
  const groups = Map.groupBy(steps, titleOf);
  return [...groups].map(([title, members]) => ({ key: title, title, steps: members }));
}

/** Why one step runs again. */
export const reasonWords: Record<RetryStep["why"], string> = {
  failed: "failed",
  cancelled: "was stopped",
  not_started: "had not begun",
  follows: "follows from those before it",
};

function costPhrase(estimate: RetryEstimate, isOffline: boolean): string {
  if (estimate.cost_usd === null) return "the cost is unknown";
  if (estimate.cost_usd === 0) return isOffline ? "it costs nothing, no model is asked" : "it costs nothing";
  return `about ${formatUsd(estimate.cost_usd)}`;
}

function durationPhrase(estimate: RetryEstimate): string {
  return estimate.duration_ms === null
    ? "how long it takes is unknown"
    : `about ${formatDuration(estimate.duration_ms)}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sentenceOf(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Cost and duration in a sentence, with what they rest on, or why they are not known. Never a zero for what is unknown. */
export function estimateSentence(estimate: RetryEstimate, isOffline: boolean): string {
  const because = estimate.unknown_because === null ? "" : ` ${sentenceOf(estimate.unknown_because)}`;
  if (estimate.cost_usd === null && estimate.duration_ms === null) {
    return `What it costs and how long it takes is unknown.${because}`;
  }
  const known = `${capitalised(costPhrase(estimate, isOffline))}, ${durationPhrase(estimate)}`;
  const isKnown = estimate.cost_usd !== null && estimate.duration_ms !== null;
  const basis =
    isKnown && estimate.based_on_runs > 0
      ? `, from ${formatQuantity(estimate.based_on_runs, "measured step")}`
      : "";
  return `${known}${basis}.${because}`;
}

function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}

const namedParts = 4;

/** What resuming does: how much runs, of what, and how much is kept. */
export function resumeSentence(resume: RetryOptions["resume"]): string {
  const groups = groupSteps(resume.steps);
  const kept =
    resume.kept_steps === 0
      ? "Nothing was finished yet that could be kept."
      : `${formatQuantity(resume.kept_steps, "finished step is", "finished steps are")} kept and not paid again.`;
  if (groups.length === 0) return `No step is left to run. ${kept}`;
  const named = groups
    .slice(0, namedParts)
    .map(({ title }) => title.charAt(0).toLowerCase() + title.slice(1));
  const more = groups.length - named.length;
  const parts = listed(more > 0 ? [...named, formatQuantity(more, "further part")] : named);
  return `${formatQuantity(resume.steps.length, "step runs", "steps run")}, for ${parts}. ${kept}`;
}

/** What starting anew does. */
export function scratchSentence(scratch: RetryOptions["from_scratch"], hasLessons: boolean): string {
  const old = hasLessons ? " Today's lessons stay readable until the new ones replace them." : "";
  return `A new task runs all ${formatQuantity(scratch.step_count, "step")} again and pays for them again.${old}`;
}
