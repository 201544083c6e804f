import type { Connection } from "../../api/engine-rows.ts";

type Outage = Pick<Connection, "id" | "health" | "health_since">;

const storageKey = "coursewright.dismissed-outages";
const keptOutages = 50;

// The next outage begins at another moment, so it is shown again.
const keyOf = ({ id, health, health_since }: Outage) => `${id} ${health} ${health_since}`;

function readDismissed(): string[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? "[]");
    return Array.isArray(kept) ? kept.filter((key) => typeof key === "string") : [];
  } catch {
    // A browser without a store, or somebody else's text in it: then no outage was dismissed.
    return [];
  }
}

/** Whether this very outage was dismissed in this tab. */
export function isDismissed(outage: Outage): boolean {
  return readDismissed().includes(keyOf(outage));
}

/** Remembers in this tab that an outage was read; a later one of the same connection is shown again. */
export function dismissOutage(outage: Outage): void {
  const others = readDismissed().filter((key) => key !== keyOf(outage));
  try {
    sessionStorage.setItem(storageKey, JSON.stringify([keyOf(outage), ...others].slice(0, keptOutages)));
  } catch {
    // A browser without a store shows it again on the next page; everything else works.
  }
}
