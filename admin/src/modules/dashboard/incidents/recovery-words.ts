import type { IncidentDetails } from "../../../api/monitor-rows.ts";
import { formatCount, formatQuantity, formatUsd } from "../../../ui/value/format.ts";
import { formatRough } from "../monitor-words.ts";

/** What a recovery would do now. */
export type RecoveryOffer = IncidentDetails["recover"];
/** A recovery that runs or has ended. */
export type Recovery = NonNullable<IncidentDetails["recovery"]>;
/** One wave of a recovery. */
export type Wave = Recovery["waves"][number];

const withoutStop = (text: string) => text.replace(/[.\s]+$/, "");

/** The waves in words: `Resumes 1 unit, then 2, then 11; stops by itself if one fails.` */
export function wavesSentence(waves: readonly number[]): string {
  const [first, ...further] = waves;
  if (first === undefined) return "There is nothing to resume.";
  const then = further.map((size) => `, then ${formatCount(size)}`).join("");
  const stops = further.length === 0 ? "" : "; stops by itself if one fails";
  return `Resumes ${formatQuantity(first, "unit")}${then}${stops}.`;
}

/** Money and time of a recovery. Unknown is said with its reason and never shown as nothing. */
export function priceSentence({ cost_usd, duration_ms, unknown_because }: RecoveryOffer["estimate"]): string {
  const because = unknown_because === null ? "" : ` because ${withoutStop(lowered(unknown_because))}`;
  const time = duration_ms === null ? null : formatRough(duration_ms);
  if (cost_usd === null) {
    return time === null
      ? `Cost and time unknown${because}.`
      : `Cost unknown${because}; about ${time} of work.`;
  }
  const cost = cost_usd === 0 ? "It costs nothing" : `About ${formatUsd(cost_usd)}`;
  if (time !== null)
    return cost_usd === 0 ? `${cost}; about ${time} of work.` : `${cost} and ${time} of work.`;
  return `${cost}; how long it takes is unknown${because}.`;
}

function lowered(text: string): string {
  // A name in capitals, such as of a model, stays as it is.
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** The button's word with its price, as far as it is known. */
export function recoverWord(units: number, cost_usd: number | null): string {
  const word = `Recover ${formatQuantity(units, "unit")}`;
  return cost_usd === null || cost_usd === 0 ? word : `${word} · about ${formatUsd(cost_usd)}`;
}

/** Units of a recovery by what became of them. */
export function recoverySums({ waves, total }: Pick<Recovery, "waves" | "total">) {
  const sum = (read: (wave: Wave) => number) => waves.reduce((all, wave) => all + read(wave), 0);
  const succeeded = sum(({ succeeded: count }) => count);
  const failed = sum(({ failed: count }) => count);
  const refused = sum(({ refused: count }) => count);
  const running = sum(({ running: count }) => count);
  return {
    succeeded,
    failed,
    refused,
    running,
    left: Math.max(0, total - succeeded - failed - refused - running),
  };
}

/** How a recovery stands, in one sentence. */
export function recoverySentence(recovery: Recovery): string {
  const { succeeded, failed, refused, left } = recoverySums(recovery);
  const done = `${formatCount(succeeded)} of ${formatQuantity(recovery.total, "unit")} whole again`;
  const skipped = refused === 0 ? "" : `, ${formatCount(refused)} skipped`;
  if (recovery.state === "running") {
    return `Recovering, wave ${recovery.wave} of ${recovery.waves.length}: ${done}${skipped}`;
  }
  if (recovery.state === "completed") return `Recovered: ${done}${skipped}`;
  const broken = failed === 0 ? "" : `, ${formatCount(failed)} failed again`;
  const untouched = left === 0 ? "" : `, ${formatCount(left)} left as they were`;
  return `The recovery stopped: ${done}${broken}${skipped}${untouched}`;
}

/** How far one wave is: its status for the mark, and words. */
export function waveWords(recovery: Recovery, place: number): { status: string; words: string } {
  const wave = recovery.waves[place];
  if (wave === undefined) return { status: "pending", words: "" };
  const begun = place + 1 <= recovery.wave;
  const ended = wave.succeeded + wave.failed + wave.refused;
  const parts = [
    wave.succeeded > 0 ? `${formatCount(wave.succeeded)} whole again` : "",
    wave.failed > 0 ? `${formatCount(wave.failed)} failed again` : "",
    wave.refused > 0 ? `${formatCount(wave.refused)} skipped` : "",
    wave.running > 0 ? `${formatCount(wave.running)} under way` : "",
  ].filter((part) => part !== "");
  const words =
    parts.length > 0 ? parts.join(", ") : begun && recovery.state === "running" ? "begins" : "waits";
  if (wave.failed > 0) return { status: "failed", words };
  if (ended >= wave.size) return { status: "completed", words };
  if (recovery.state !== "running")
    return { status: "cancelled", words: parts.length > 0 ? words : "was not begun" };
  return { status: begun ? "in_progress" : "pending", words };
}
