import type { HealthPart } from "../../api/monitor-rows.ts";
import { ApiError } from "../../api/problem.ts";
import type { Tone } from "../../ui/status/status-tone.ts";

/** The answer to "is it healthy": its colour family, a few words, and what they mean. */
export type WholeHealth = { tone: Tone; word: string; sentence: string };

const tones: Record<HealthPart["state"], Tone> = { ok: "ok", warn: "warn", bad: "bad", idle: "idle" };

/** Colour family of one part's state. */
export function toneOfHealth(state: HealthPart["state"]): Tone {
  return tones[state];
}

const names: Record<HealthPart["kind"], string | null> = {
  api: "Server",
  database: "Database",
  queue: "Queue",
  workers: "Workers",
  provider: null,
  connection: null,
};

/** What a part is called: providers and connections by their own names. */
export function nameOfHealthPart(part: Pick<HealthPart, "kind" | "name">): string {
  return names[part.kind] ?? part.name;
}

const connectionWords: Record<HealthPart["state"], string> = {
  ok: "live",
  idle: "connecting",
  warn: "impaired",
  bad: "not read",
};

/** One part's state in a word. */
export function stateWordOf(part: Pick<HealthPart, "kind" | "state" | "until">): string {
  if (part.kind === "connection") return connectionWords[part.state];
  if (part.state === "ok") return "well";
  if (part.state === "idle") return "not in use";
  if (part.kind === "provider") return part.until !== null || part.state === "warn" ? "limited" : "down";
  return part.state === "warn" ? "impaired" : "down";
}

const faults: Record<HealthPart["kind"], { warn: (name: string) => string; bad: (name: string) => string }> =
  {
    database: { bad: () => "database is away", warn: () => "database is slow" },
    api: { bad: () => "server is away", warn: () => "server is impaired" },
    workers: { bad: () => "no worker is alive", warn: () => "a worker is silent" },
    queue: { bad: () => "the queue stands still", warn: () => "work waits long" },
    provider: { bad: (name) => `${name} is down`, warn: (name) => `${name} is limited` },
    connection: { bad: (name) => `${name} cannot be read`, warn: (name) => `${name} is impaired` },
  };

// What stands first explains what stands below it.
const order = Object.keys(faults);

/** The parts with the worst first, and of those the one that explains the others. */
export function worstFirst(parts: readonly HealthPart[]): HealthPart[] {
  const severity = { bad: 0, warn: 1, ok: 2, idle: 2 };
  return parts.toSorted(
    (left, right) =>
      severity[left.state] - severity[right.state] || order.indexOf(left.kind) - order.indexOf(right.kind),
  );
}

/** The whole of health from the server's parts; the worst names it, and how many more are not well. */
export function wholeOfParts(parts: readonly HealthPart[]): WholeHealth {
  const faulty = worstFirst(parts).filter(({ state }) => state === "bad" || state === "warn");
  const [worst] = faulty;
  if (worst === undefined || worst.state === "ok" || worst.state === "idle")
    return { tone: "ok", word: "all well", sentence: "Everything that work depends on is well." };
  const more = faulty.length > 1 ? `, ${faulty.length - 1} more` : "";
  return {
    tone: toneOfHealth(worst.state),
    word: `${faults[worst.kind][worst.state](nameOfHealthPart(worst))}${more}`,
    sentence: worst.meaning === "" ? worst.sentence : worst.meaning,
  };
}

/** What is known about health: the server's parts, why they could not be read, and the connection of this page. */
export type HealthFacts = {
  parts: readonly HealthPart[] | undefined;
  error: Error | null;
  connection: string;
};

/** Health as this page sees it: a server that does not answer comes before everything that it once said. */
export function judgeHealth({ parts, error, connection }: HealthFacts): WholeHealth {
  if (error !== null) return faultOf(error);
  if (parts === undefined)
    return { tone: "idle", word: "asking", sentence: "The server has not answered yet." };
  const whole = wholeOfParts(parts);
  const isAway = connection === "reconnecting" || connection === "down";
  if (whole.tone !== "ok" || !isAway) return whole;
  return {
    tone: "warn",
    word: "pages are not live",
    sentence: "What you see may be out of date. Server and work are not affected.",
  };
}

function faultOf(error: Error): WholeHealth {
  if (!(error instanceof ApiError)) {
    const sentence = "The server does not answer. Start it again; accepted work continues where it stopped.";
    return { tone: "bad", word: "server is away", sentence };
  }
  if (error.status === 503) {
    const sentence = "The server runs but cannot reach its database. Work goes on as soon as it is back.";
    return { tone: "bad", word: "database is away", sentence };
  }
  return { tone: "warn", word: "health is unknown", sentence: error.message };
}
