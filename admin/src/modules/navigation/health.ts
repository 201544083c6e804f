import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Authors, QueueStatus } from "../../api/detail-rows.ts";
import { useItemQuery } from "../../api/item-query.ts";
import { useLive } from "../../api/live/LiveProvider.tsx";
import { useLiveRefresh, useLiveState } from "../../api/live/use-live.ts";
import { paths } from "../../paths.ts";
import { describeLiveState } from "../../ui/page/LiveMark.tsx";
import type { Tone } from "../../ui/status/status-tone.ts";
import { formatQuantity } from "../../ui/value/format.ts";

type Readiness = { database: { status: "ok" | "down"; since: string | null } };

/** One thing that health depends on, and where to look further. */
export type HealthPart = { name: string; tone: Tone; words: string; href?: string };

/** The answer to "is it healthy" in a few words, what it means, and each part of it. */
export type Health = { tone: Tone; word: string; sentence: string; parts: HealthPart[] };

/** What is known; undefined has not been answered yet, a null readiness means that no readable answer came. */
export type HealthFacts = {
  readiness: Readiness | null | undefined;
  connection: string;
  liveWords: string;
  queue: QueueStatus | undefined;
  authors: Authors | undefined;
};

/** Asks the server whether it can work; null when it gives no readable answer. */
async function getReadiness(signal: AbortSignal): Promise<Readiness | null> {
  const response = await fetch("/readyz", { signal }).catch(() => null);
  if (response === null) return null;
  // The body has this shape for 200 and 503 alike; anything else is somebody else's page.
  return response.json().catch(() => null) as Promise<Readiness | null>;
}

function databasePart(readiness: Readiness): HealthPart {
  return readiness.database?.status === "down"
    ? { name: "Database", tone: "bad", words: "cannot be reached; the server keeps trying" }
    : { name: "Database", tone: "ok", words: "answers" };
}

function pagesPart(connection: string, liveWords: string): HealthPart {
  const away = connection === "reconnecting" || connection === "down";
  return away
    ? { name: "Pages", tone: "warn", words: `${liveWords}; they reconnect by themselves` }
    : { name: "Pages", tone: "ok", words: "move by themselves" };
}

function workersPart(queue: QueueStatus): HealthPart {
  const href = paths.tasks();
  const slots = `${queue.running} of ${formatQuantity(queue.capacity, "slot")} busy`;
  if (queue.workers_healthy === 0) return { name: "Workers", tone: "bad", words: "none is alive", href };
  const late = queue.workers_total - queue.workers_healthy;
  if (late > 0)
    return {
      name: "Workers",
      tone: "warn",
      words: `${late} of ${queue.workers_total} silent, ${slots}`,
      href,
    };
  return { name: "Workers", tone: "ok", words: `${queue.workers_healthy} healthy, ${slots}`, href };
}

function authorPart(authors: Authors): HealthPart {
  const byModel = authors.authors.text === "model";
  return {
    name: "Author",
    // Working without a model is a choice, not a fault.
    tone: byModel ? "ok" : "idle",
    words: byModel ? `model ${authors.models.text ?? "without a name"}` : "the offline author, no AI model",
  };
}

/** Puts everything that is known into words; the worst names the whole. */
export function judgeHealth(facts: HealthFacts): Health {
  const { readiness } = facts;
  if (readiness === undefined) {
    return { tone: "idle", word: "asking", sentence: "The server has not answered yet.", parts: [] };
  }
  if (readiness === null) {
    const sentence = "The server does not answer. Start it again; accepted work continues where it stopped.";
    return { tone: "bad", word: "server is away", sentence, parts: [] };
  }
  const parts: HealthPart[] = [
    { name: "Server", tone: "ok", words: "answers" },
    databasePart(readiness),
    pagesPart(facts.connection, facts.liveWords),
  ];
  if (facts.queue !== undefined) parts.push(workersPart(facts.queue));
  if (facts.authors !== undefined) parts.push(authorPart(facts.authors));
  return { ...wholeOf(parts), parts };
}

const sentences: Record<string, { word: string; sentence: string }> = {
  Database: {
    word: "database is away",
    sentence: "The server runs but cannot reach its database. Work goes on as soon as it is back.",
  },
  Workers: {
    word: "no worker is alive",
    sentence: "Nothing is being written until a worker starts. Accepted tasks wait and are not lost.",
  },
};

const warnings: Record<string, { word: string; sentence: string }> = {
  Pages: {
    word: "pages are not live",
    sentence: "What you see may be out of date. Server and work are not affected.",
  },
  Workers: {
    word: "a worker is silent",
    sentence: "Its tasks move to another worker by themselves when it stays silent.",
  },
};

function wholeOf(parts: HealthPart[]): Omit<Health, "parts"> {
  const bad = parts.find((part) => part.tone === "bad");
  if (bad !== undefined)
    return { tone: "bad", ...(sentences[bad.name] ?? { word: bad.words, sentence: "" }) };
  const warn = parts.find((part) => part.tone === "warn");
  if (warn !== undefined)
    return { tone: "warn", ...(warnings[warn.name] ?? { word: warn.words, sentence: "" }) };
  return { tone: "ok", word: "all well", sentence: "Everything that was asked has answered." };
}

/** Health as of the last change of the connection, the workers or the tasks; nothing is asked on a timer. */
export function useHealth(): Health {
  const { connection } = useLive();
  const liveWords = describeLiveState(useLiveState());
  const queryClient = useQueryClient();
  const { data: readiness } = useQuery({
    queryKey: ["health"],
    queryFn: ({ signal }) => getReadiness(signal),
  });
  const queue = useItemQuery<QueueStatus>("/task-queue/status");
  const authors = useItemQuery<Authors>("/content-creator/authors");
  useLiveRefresh((change) => change.entity === "worker" || change.entity === "task", queue.reload);
  const { kind } = connection;
  useEffect(() => {
    if (kind !== "connecting") void queryClient.invalidateQueries({ queryKey: ["health"] });
  }, [kind, queryClient]);
  return judgeHealth({ readiness, connection: kind, liveWords, queue: queue.data, authors: authors.data });
}
