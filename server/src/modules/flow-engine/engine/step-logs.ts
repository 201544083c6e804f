import type { Database } from "../../../platform/database.ts";
import type { Logger } from "../../../platform/logger.ts";
import { storableText } from "../../../platform/storable-text.ts";
import type { LogLevel } from "../public.ts";
import { insertLogs } from "../repo/step-logs.ts";

const flushEveryMs = 200;
const flushAt = 100;
/** Beyond this, while the database is away, the oldest lines are dropped and the drop is logged. */
const keepAtMost = 5_000;
const retryMs = 1_000;

interface Line {
  readonly flow_run_id: string;
  readonly step_run_id: string | null;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: string;
  readonly writtenAt: number;
}

export interface StepLogs {
  /** Never throws and never waits. */
  write(
    place: { readonly flow_run_id: string; readonly step_run_id: string | null },
    level: LogLevel,
    message: string,
    fields?: Readonly<Record<string, unknown>>,
  ): void;
  /** Writes what is buffered; one attempt. */
  flush(): Promise<void>;
}

/** Collects what flows and steps log and writes it in batches beside the steps' transactions. */
export function createStepLogs(database: Database, logger: Logger): StepLogs {
  let lines: Line[] = [];
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();

  function schedule(ms: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      void flush();
    }, ms);
    timer.unref();
  }

  function flush(): Promise<void> {
    flushing = flushing.then(writeBatch);
    return flushing;
  }

  async function writeBatch(): Promise<void> {
    if (lines.length === 0) return;
    const batch = lines;
    lines = [];
    const now = performance.now();
    try {
      await insertLogs(
        database,
        batch.map(({ writtenAt, ...line }) => ({ ...line, age_ms: now - writtenAt })),
      );
    } catch (error) {
      logger.debug({ error }, "Log lines of steps wait for the database");
      const kept = [...batch, ...lines];
      if (kept.length > keepAtMost)
        logger.warn({ dropped: kept.length - keepAtMost }, "Log lines of steps were dropped");
      lines = kept.slice(-keepAtMost);
      schedule(retryMs);
    }
  }

  return {
    write(place, level, message, fields) {
      lines.push({
        ...place,
        level,
        message: storableText(message),
        fields: fieldsText(fields),
        writtenAt: performance.now(),
      });
      if (lines.length >= flushAt) void flush();
      else schedule(flushEveryMs);
    },
    flush,
  };
}

function fieldsText(fields: Readonly<Record<string, unknown>> | undefined): string {
  if (fields === undefined) return "{}";
  try {
    return JSON.stringify(fields, (_key, value: unknown) => {
      if (typeof value === "string") return storableText(value);
      if (value instanceof Error) return { name: value.name, message: storableText(value.message) };
      return typeof value === "bigint" ? value.toString() : value;
    });
  } catch (error) {
    return JSON.stringify({ unreadable: String(error) });
  }
}
