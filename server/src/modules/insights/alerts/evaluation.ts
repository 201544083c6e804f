import type { Database } from "../../../platform/database.ts";
import { type Condition, findConditions } from "./conditions.ts";
import type { AlertRule } from "./models.ts";
import { listEnabledAlerts } from "./repo/alerts.ts";
import { endEvent, listOpenEvents, markEvent, type OpenEvent, openEvent } from "./repo/events.ts";
import { durationWords } from "./words.ts";

/** What was found must not have held for this long before its event ends, so that flapping sends no storm. */
export const calmMs = 10_000;

/**
 * Looks once at every rule: opens an event for each thing that is found newly and ends those that have not held for
 * `calmMs`. Safe beside another one at the same time: the database lets one event a subject be open, and each ends once.
 */
export async function evaluateAlerts(database: Database): Promise<void> {
  const alerts = await listEnabledAlerts(database);
  const looks = new Map<string, Promise<Condition[]>>();
  const found = new Map<string, Condition[]>();
  const failures: unknown[] = [];
  // What breaks for one thing is tried again at the next look; the others go on all the same.
  const attempt = (work: Promise<unknown>) => work.catch((error: unknown) => failures.push(error));
  for (const { id, rule } of alerts) {
    await attempt(lookOnce(database, looks, rule).then((conditions) => found.set(id, conditions)));
  }
  const open = await listOpenEvents(database);
  const openSubjects = new Set(open.map(({ alert_id, subject }) => keyOf(alert_id, subject)));
  for (const { id, rule } of alerts) {
    for (const condition of found.get(id) ?? []) {
      if (openSubjects.has(keyOf(id, condition.subject))) continue;
      await attempt(openEvent(database, id, rule, condition));
    }
  }
  for (const event of open) {
    const conditions = found.get(event.alert_id);
    // Switched on between the two looks, or its look failed: the next one knows.
    if (conditions === undefined && event.is_enabled) continue;
    const holds = conditions?.some(({ subject }) => subject === event.subject) ?? false;
    await attempt(carryOn(database, event, holds));
  }
  if (failures.length > 0) throw new AggregateError(failures, "Looks at alerts failed");
}

/** Alerts with the same rule share one look. */
function lookOnce(
  database: Database,
  looks: Map<string, Promise<Condition[]>>,
  rule: AlertRule,
): Promise<Condition[]> {
  const key = JSON.stringify(rule);
  const look = looks.get(key) ?? findConditions(database, rule);
  looks.set(key, look);
  return look;
}

async function carryOn(database: Database, event: OpenEvent, holds: boolean): Promise<void> {
  if (!event.is_enabled) {
    await endEvent(
      database,
      event.id,
      `The alert was switched off after ${durationWords(event.open_ms)}; nobody looks whether it is over.`,
    );
  } else if (event.has_other_rule) {
    await endEvent(
      database,
      event.id,
      `The alert looks at something else since its rule was changed, ${durationWords(event.open_ms)} after it fired.`,
    );
  } else if (holds) {
    if (event.false_since !== null) await markEvent(database, event.id, true);
  } else if (event.false_since === null) {
    await markEvent(database, event.id, false);
  } else if (event.false_ms >= calmMs) {
    await endEvent(database, event.id, `Over after ${durationWords(event.open_ms - event.false_ms)}.`);
  }
}

function keyOf(alert_id: string, subject: string): string {
  return `${alert_id} ${subject}`;
}
