import { useEffect } from "react";
import type { Authors } from "../../api/detail-rows.ts";
import { useItemQuery } from "../../api/item-query.ts";
import { useLive } from "../../api/live/LiveProvider.tsx";
import { useLiveRefresh, useLiveState } from "../../api/live/use-live.ts";
import type { HealthPart, SystemHealth } from "../../api/monitor-rows.ts";
import { paths } from "../../paths.ts";
import { describeLiveState } from "../../ui/page/LiveMark.tsx";
import type { Tone } from "../../ui/status/status-tone.ts";
import { judgeHealth, nameOfHealthPart, toneOfHealth, type WholeHealth, worstFirst } from "./health-words.ts";

/** One line of what health is made of, and where to look further. */
export type HealthLine = { name: string; tone: Tone; words: string; href?: string };

/** Health with all that it is made of. */
export type Health = WholeHealth & { lines: HealthLine[] };

const places: Partial<Record<HealthPart["kind"], string>> = {
  workers: paths.tasks(),
  queue: paths.tasks(),
  connection: paths.settingsConnections(),
};

function lineOf(part: HealthPart): HealthLine {
  const href = places[part.kind];
  const line = { name: nameOfHealthPart(part), tone: toneOfHealth(part.state), words: part.sentence };
  return href === undefined ? line : { ...line, href };
}

function pagesLine(connection: string, liveWords: string): HealthLine {
  const isAway = connection === "reconnecting" || connection === "down";
  return isAway
    ? { name: "Pages", tone: "warn", words: `${liveWords}; they reconnect by themselves` }
    : { name: "Pages", tone: "ok", words: "move by themselves" };
}

/** Who writes. Working without a model is a choice, not a fault. */
export function authorLine(authors: Authors): HealthLine {
  const byModel = authors.authors.text === "model";
  return {
    name: "Author",
    tone: byModel ? "ok" : "idle",
    words: byModel ? `model ${authors.models.text ?? "without a name"}` : "the offline author, no AI model",
  };
}

/** Health as of the last change that the server told, or of this page's connection; nothing is asked on a timer. */
export function useHealth(): Health {
  const { connection } = useLive();
  const liveWords = describeLiveState(useLiveState());
  const health = useItemQuery<SystemHealth>("/admin/health");
  const authors = useItemQuery<Authors>("/content-creator/authors");
  useLiveRefresh((change) => change.entity === "health_state", health.reload);
  const { kind } = connection;
  const { reload } = health;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the connection changes, not for every rendering
  useEffect(() => {
    if (kind !== "connecting") reload();
  }, [kind]);
  const whole = judgeHealth({ parts: health.data?.parts, error: health.error, connection: kind });
  // What was said before the server fell silent is no news.
  if (health.error !== null || health.data === undefined) return { ...whole, lines: [] };
  const lines = [...worstFirst(health.data.parts).map(lineOf), pagesLine(kind, liveWords)];
  return { ...whole, lines: authors.data === undefined ? lines : [...lines, authorLine(authors.data)] };
}
