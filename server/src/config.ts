import os from "node:os";
import path from "node:path";
import { z } from "zod";
import { type SettingName, settingNotes, settingSchemas } from "./config-settings.ts";
import { defineErrors } from "./platform/errors.ts";
import { loadedSecrets } from "./platform/redaction.ts";

export const configErrors = defineErrors({
  config_invalid: { status: 500, retryable: false, title: "Invalid configuration" },
});

const environmentSchema = z.object(settingSchemas);
type Environment = z.infer<typeof environmentSchema>;

/** One row of `coursewright config` and of the settings reference. */
export interface EffectiveSetting {
  readonly name: SettingName;
  /** `(hidden)` for a secret that is set. */
  readonly value: string;
  readonly source: "environment" | "default";
  readonly meaning: string;
}

/** The whole configuration of a process, read once at its start and frozen. */
export type Config = ReturnType<typeof toConfig>;

/**
 * Reads the settings from environment variables.
 *
 * @throws AppError `config_invalid` naming each wrong or unknown variable and what it must be.
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = setVariables(environment);
  noteSecrets(given);
  const problems = unknownSettings(given);
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) problems.push(`${issue.path.join(".")} ${issue.message}.`);
    throw configErrors.create("config_invalid", problems.join("\n"));
  }
  problems.push(...conflicts(parsed.data));
  if (problems.length > 0) throw configErrors.create("config_invalid", problems.join("\n"));
  return deepFreeze(toConfig(parsed.data));
}

/** Every setting with the value in force, secrets hidden. */
export function listEffectiveSettings(
  environment: Readonly<Record<string, string | undefined>>,
): readonly EffectiveSetting[] {
  const given = setVariables(environment);
  return settingNames().map((name) => {
    const notes = settingNotes.get(settingSchemas[name]);
    const value = given[name];
    return {
      name,
      value: value === undefined ? (notes?.unset ?? "") : notes?.secret ? "(hidden)" : value,
      source: value === undefined ? "default" : "environment",
      meaning: notes?.meaning ?? "",
    };
  });
}

function settingNames(): SettingName[] {
  // Object.keys of a constant object are its keys.
  return Object.keys(settingSchemas) as SettingName[];
}

function setVariables(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && value.trim() !== "") given[name] = value.trim();
  }
  return given;
}

/** From now on they stand in no log, no row and no answer; so do credentials within the addresses of other settings. */
function noteSecrets(given: Readonly<Record<string, string>>): void {
  for (const name of settingNames()) {
    const value = given[name];
    if (value === undefined) continue;
    if (settingNotes.get(settingSchemas[name])?.secret) loadedSecrets.add(value);
    else for (const credential of credentialsWithin(value)) loadedSecrets.add(credential);
  }
}

function credentialsWithin(value: string): string[] {
  const url = URL.parse(value);
  if (url === null) return [];
  const named = [...url.searchParams].filter(([name]) => /key|token|secret|password|sig/i.test(name));
  return [url.password, ...named.map(([, given]) => given)];
}

function unknownSettings(given: Readonly<Record<string, string>>): string[] {
  const known: readonly string[] = settingNames();
  return Object.keys(given)
    .filter((name) => name.startsWith("COURSEWRIGHT_") && !known.includes(name))
    .map((name) => {
      const nearest = known
        .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
        .sort((left, right) => left.distance - right.distance)[0];
      const hint = nearest && nearest.distance <= 4 ? ` Did you mean ${nearest.candidate}?` : "";
      return `${name} is not a setting.${hint} "coursewright config" lists them.`;
    });
}

/** Fewest single-character insertions, deletions and replacements from one name to the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}

const loopbackHosts = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

function conflicts(settings: Environment): string[] {
  const problems: string[] = [];
  if (!loopbackHosts.test(settings.COURSEWRIGHT_HOST) && !isSafeAddress(settings.COURSEWRIGHT_PUBLIC_URL)) {
    problems.push(
      `COURSEWRIGHT_HOST=${settings.COURSEWRIGHT_HOST} lets other machines in, so passwords must not travel in the ` +
        "clear: put a proxy that speaks TLS in front and set COURSEWRIGHT_PUBLIC_URL to its https:// address " +
        "(docs/guides/deployment.md). In a container whose port is mapped to this machine alone, set it to " +
        `http://localhost:${settings.COURSEWRIGHT_PORT}.`,
    );
  }
  const publicUrl = settings.COURSEWRIGHT_PUBLIC_URL;
  if (
    loopbackHosts.test(settings.COURSEWRIGHT_HOST) &&
    publicUrl !== undefined &&
    !isSafeAddress(publicUrl)
  ) {
    problems.push(
      "COURSEWRIGHT_PUBLIC_URL must begin with https://, or be on this machine: passwords must not travel in the clear " +
        "(docs/guides/deployment.md).",
    );
  }
  if (settings.COURSEWRIGHT_OIDC_ISSUER !== undefined && settings.COURSEWRIGHT_OIDC_CLIENT_ID === undefined) {
    problems.push(
      "COURSEWRIGHT_OIDC_ISSUER is set but COURSEWRIGHT_OIDC_CLIENT_ID is not: set both, or neither.",
    );
  }
  const issuer = settings.COURSEWRIGHT_OIDC_ISSUER;
  if (issuer !== undefined && !isSafeAddress(issuer)) {
    problems.push("COURSEWRIGHT_OIDC_ISSUER must begin with https://, or be on this machine.");
  }
  const usesModels =
    settings.COURSEWRIGHT_TEXT_MODEL ??
    settings.COURSEWRIGHT_SPEECH_MODEL ??
    settings.COURSEWRIGHT_IMAGE_MODEL;
  if (usesModels !== undefined && settings.COURSEWRIGHT_LLM_BASE_URL === undefined) {
    problems.push(
      "A model is named but COURSEWRIGHT_LLM_BASE_URL is not set: name the server that offers it, " +
        "or leave the model out to use the offline author.",
    );
  }
  const home = path.resolve(settings.COURSEWRIGHT_HOME);
  if (!path.relative(home, keyFile(settings)).startsWith("..")) {
    problems.push(
      "COURSEWRIGHT_KEY_FILE lies inside COURSEWRIGHT_HOME, so a copy of the data would hold its own key. " +
        "Choose a path outside.",
    );
  }
  return problems;
}

/** Whether what is sent to this address cannot be read on its way. */
function isSafeAddress(address: string | undefined): boolean {
  if (address === undefined) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || loopbackHosts.test(hostname);
}

/** By its public address, else by where it listens or by a name that a proxy in front of it passes on. */
function isOpenToNetwork(settings: Environment): boolean {
  const { COURSEWRIGHT_PUBLIC_URL: publicUrl, COURSEWRIGHT_HOST: host } = settings;
  const names = [
    publicUrl === undefined ? host : new URL(publicUrl).hostname,
    ...settings.COURSEWRIGHT_ALLOWED_HOSTS,
  ];
  return names.some((name) => !loopbackHosts.test(name));
}

function keyFile(settings: Environment): string {
  return path.resolve(
    settings.COURSEWRIGHT_KEY_FILE ?? path.join(os.homedir(), ".config", "coursewright", "keys"),
  );
}

function toConfig(settings: Environment) {
  return {
    /** Absolute. */
    home: path.resolve(settings.COURSEWRIGHT_HOME),
    /** Absolute. */
    keyFile: keyFile(settings),
    /** `undefined`: the embedded PostgreSQL in `home`. */
    databaseUrl: settings.DATABASE_URL,
    host: settings.COURSEWRIGHT_HOST.replace(/^\[|\]$/g, ""),
    /** 0: any free port. */
    port: settings.COURSEWRIGHT_PORT,
    llm: {
      /** `undefined`: everything is done by the offline author. */
      baseUrl: settings.COURSEWRIGHT_LLM_BASE_URL,
      apiKey: settings.COURSEWRIGHT_LLM_API_KEY,
      textModel: settings.COURSEWRIGHT_TEXT_MODEL,
      speechModel: settings.COURSEWRIGHT_SPEECH_MODEL,
      imageModel: settings.COURSEWRIGHT_IMAGE_MODEL,
    },
    budget: {
      usdPerDay: settings.COURSEWRIGHT_BUDGET_USD_PER_DAY,
      usdPerUnit: settings.COURSEWRIGHT_BUDGET_USD_PER_UNIT,
    },
    learnerAccess: settings.COURSEWRIGHT_LEARNER_ACCESS,
    /** Days that an entry of the audit log is kept; 0: for ever. */
    auditDays: settings.COURSEWRIGHT_AUDIT_DAYS,
    worker: {
      concurrency: settings.COURSEWRIGHT_WORKER_CONCURRENCY,
      queues: settings.COURSEWRIGHT_QUEUES,
    },
    allowedHosts: settings.COURSEWRIGHT_ALLOWED_HOSTS,
    publicUrl: settings.COURSEWRIGHT_PUBLIC_URL,
    trustedProxies: settings.COURSEWRIGHT_TRUSTED_PROXIES,
    limits: {
      /** Of one person or token; a quarter of it for an address that nobody signed in from. */
      requestsPerSecond: settings.COURSEWRIGHT_REQUESTS_PER_SECOND,
      streamsPerUser: settings.COURSEWRIGHT_STREAMS_PER_USER,
    },
    mail: {
      /** `undefined`: nothing can be sent. */
      smtpUrl: settings.COURSEWRIGHT_SMTP_URL,
      from: settings.COURSEWRIGHT_MAIL_FROM ?? "Coursewright <coursewright@localhost>",
    },
    webhookPrivateHosts: settings.COURSEWRIGHT_WEBHOOK_PRIVATE_HOSTS,
    oidc: {
      issuer: settings.COURSEWRIGHT_OIDC_ISSUER,
      clientId: settings.COURSEWRIGHT_OIDC_CLIENT_ID,
      clientSecret: settings.COURSEWRIGHT_OIDC_CLIENT_SECRET,
      name: settings.COURSEWRIGHT_OIDC_NAME,
    },
    requireSecondFactor: settings.COURSEWRIGHT_REQUIRE_SECOND_FACTOR,
    /** Whether other machines can reach the server, itself or by its public address. */
    isOpenToNetwork: isOpenToNetwork(settings),
    /** Whether it listens on more than loopback, whoever reaches it there. */
    listensBeyondLoopback: !loopbackHosts.test(settings.COURSEWRIGHT_HOST),
    prefect: {
      url: settings.COURSEWRIGHT_PREFECT_URL,
      auth: settings.COURSEWRIGHT_PREFECT_AUTH,
      requestsPerSecond: settings.COURSEWRIGHT_PREFECT_REQUESTS_PER_SECOND,
      cancelMs: settings.COURSEWRIGHT_PREFECT_CANCEL_MS,
      silenceMs: settings.COURSEWRIGHT_PREFECT_SILENCE_MS,
    },
    dispatch: settings.COURSEWRIGHT_DISPATCH,
    client: {
      url: settings.COURSEWRIGHT_URL ?? "http://127.0.0.1:4400",
      /** `undefined`: read it from `home`. */
      token: settings.COURSEWRIGHT_TOKEN,
    },
    log: {
      level: settings.LOG_LEVEL,
      format:
        settings.LOG_FORMAT ?? (process.stderr.isTTY === true ? ("pretty" as const) : ("json" as const)),
    },
  } as const;
}

function deepFreeze<Value extends object>(value: Value): Value {
  for (const part of Object.values(value)) {
    if (typeof part === "object" && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}
