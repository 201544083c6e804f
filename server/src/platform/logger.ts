import { pino } from "pino";
import pinoPretty from "pino-pretty";
import { loadedSecrets } from "./redaction.ts";

/** Where every part of the program logs. `logger.child({ module: "llm" })` adds fields. */
export type Logger = Pick<
  pino.Logger,
  "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "child" | "flush" | "level"
>;

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export const logFormats = ["pretty", "json"] as const;

export interface LoggerOptions {
  readonly level: (typeof logLevels)[number];
  readonly format: (typeof logFormats)[number];
  /** Default standard error, so that standard output stays free for answers. */
  readonly destination?: NodeJS.WritableStream;
}

const censored = [
  "password",
  "authorization",
  "api_key",
  "apiKey",
  "token",
  "secret",
  "cookie",
  "connectionString",
  "*.password",
  "*.authorization",
  "*.api_key",
  "*.apiKey",
  "*.token",
  "*.secret",
  "*.cookie",
  "*.connectionString",
];

/**
 * Makes the logger. Errors are logged under `error` with stack and causes; fields that carry secrets by
 * name are replaced by `[hidden]`, and loaded secrets wherever they stand. Writing is synchronous, so nothing is lost when the process ends.
 */
export function createLogger({ level, format, destination }: LoggerOptions): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { error: serializeError, err: serializeError },
    redact: { paths: censored, censor: "[hidden]" },
    hooks: { streamWrite: (line) => `${loadedSecrets.jsonText(line.trimEnd())}\n` },
  };
  if (format === "json") return pino(options, destination ?? pino.destination({ dest: 2, sync: true }));
  const pretty = pinoPretty({
    destination: destination ?? 2,
    sync: true,
    colorize: destination === undefined && process.stderr.isTTY === true,
    ignore: "pid,hostname",
    translateTime: "SYS:HH:MM:ss.l",
    errorLikeObjectKeys: ["error", "err"],
  });
  return pino(options, pretty);
}

/** Stack, code and causes. The driver hangs its whole connection, secrets included, on an error: that stays out. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { client: _client, ...serialized } = pino.stdSerializers.errWithCause(error);
  return serialized;
}

/** Logs nothing. For code that must be given a logger and has nobody to read it. */
export function createSilentLogger(): Logger {
  return pino({ level: "silent" });
}
