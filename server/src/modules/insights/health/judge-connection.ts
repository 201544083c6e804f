import type { HealthState } from "./models.ts";
import type { EngineFacts, JudgedPart } from "./repo.ts";

type Told = readonly [state: HealthState, sentence: string, meaning: string];

/** How a connection to an outside engine is. Whatever it is, work of our own does not depend on it. */
export function judgeConnection(engine: EngineFacts): JudgedPart {
  const [state, sentence, meaning] = tell(engine);
  return {
    kind: "connection",
    name: engine.name,
    state,
    since: engine.since,
    until: null,
    sentence,
    meaning,
  };
}

function tell(engine: EngineFacts): Told {
  const version = engine.version_found === null ? "Prefect" : `Prefect ${engine.version_found}`;
  const reason = (otherwise: string) => sentenceOf(engine.health_reason ?? otherwise);
  switch (engine.health) {
    case "live":
      // Such as a setting that keeps tasks from being carried out: it is told here, too.
      return engine.health_reason === null
        ? ["ok", `${version} tells of changes as they happen.`, ""]
        : ["warn", reason(""), "Changes arrive; look after what is said here."];
    case "polling":
      return [
        "warn",
        reason(`${version} answers, but its events do not come.`),
        "Its runs are read every few seconds, so rows are a little late. Often a proxy does not let WebSockets through.",
      ];
    case "auth_failed":
      return [
        "bad",
        reason("Prefect refuses the credentials."),
        `${staleWords(engine)} Enter the right ones in Settings.`,
      ];
    case "incompatible":
      return [
        "bad",
        reason(`${version} is not supported.`),
        `${staleWords(engine)} Update Prefect or the address in Settings.`,
      ];
    case "down":
      return [
        "bad",
        reason("Prefect does not answer."),
        `${staleWords(engine)} What is asked of its runs is sent once it is back. It is tried again by itself.`,
      ];
    default:
      return ["idle", reason("Being connected."), ""];
  }
}

function staleWords({ last_sync_at }: EngineFacts): string {
  if (last_sync_at === null) return "Nothing of it was read yet.";
  return `Its rows stay as they were at ${last_sync_at.slice(11, 19)} UTC; nothing fails because of that.`;
}

function sentenceOf(words: string): string {
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}
