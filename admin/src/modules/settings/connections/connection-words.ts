import type { Connection, ConnectionVerdict } from "../../../api/engine-rows.ts";
import { formatCount, formatDuration, formatQuantity } from "../../../ui/value/format.ts";
import { shortName } from "../../../ui/value/visible-text.ts";
import { connectionLook, isOut } from "../../engines/public.ts";

/** Which runs are looked at, as the end of a sentence. */
export function filterWords(connection: Pick<Connection, "filter_tags" | "filter_deployment_ids">): string {
  const { filter_tags: tags, filter_deployment_ids: deployments } = connection;
  if (tags.length === 0 && deployments.length === 0) return "all its runs";
  const tagged = tags.length === 0 ? "" : ` tagged ${tags.map((tag) => shortName(tag, 40)).join(" and ")}`;
  const made = deployments.length === 0 ? "" : ` of ${formatQuantity(deployments.length, "deployment")}`;
  return `runs${tagged}${made}`;
}

/** What a connection is reached with. */
export const authWords: Readonly<Record<Connection["auth_kind"], string>> = {
  none: "no credentials",
  basic: "user and password",
  bearer: "API key",
};

/** How all connections stand in a few words: `2 live, 1 down`. */
export function standingWords(connections: readonly Pick<Connection, "health">[]): string {
  if (connections.length === 0) return "none yet";
  const counts = new Map<string, number>();
  // What needs somebody comes first.
  for (const { health } of connections.toSorted(
    (left, right) => Number(isOut(right)) - Number(isOut(left)),
  )) {
    const { word } = connectionLook(health);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => `${formatCount(count)} ${word}`).join(", ");
}

/** What was measured while a connection was tried, in a few words each, without what its sentence says already. */
export function verdictFacts(verdict: ConnectionVerdict): string[] {
  const facts: string[] = [];
  if (verdict.version_found !== null) facts.push(`Prefect ${shortName(verdict.version_found, 40)}`);
  if (verdict.answered_in_ms !== null)
    facts.push(`answered in ${formatDuration(verdict.answered_in_ms, true)}`);
  if (verdict.has_events !== null) {
    facts.push(verdict.has_events ? "events come live" : "no live events: it is read every few seconds");
  }
  if (verdict.run_count !== null) facts.push(formatQuantity(verdict.run_count, "run"));
  if (verdict.deployment_count !== null) facts.push(formatQuantity(verdict.deployment_count, "deployment"));
  return facts.filter((fact) => !verdict.sentence.includes(fact));
}
