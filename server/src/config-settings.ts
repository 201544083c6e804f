import { z } from "zod";
import { parseNetwork } from "./http/trusted-proxies.ts";
import { logFormats, logLevels } from "./platform/logger.ts";

/** What the reference page says about one setting beside its name. */
export interface SettingNotes {
  readonly meaning: string;
  /** What holds while the variable is not set. */
  readonly unset: string;
  /** Never printed. */
  readonly secret?: true;
}

/** Attached to each schema below; read it with `settingNotes.get(schema)`. */
export const settingNotes = z.registry<SettingNotes>();

function note<Schema extends z.ZodType>(
  schema: Schema,
  unset: string,
  meaning: string,
  secret?: true,
): Schema {
  settingNotes.add(schema, secret ? { unset, meaning, secret } : { unset, meaning });
  return schema;
}

function text() {
  return z.string().optional();
}

function address(protocol: RegExp, form: string) {
  return z.url({ protocol, error: `must be a ${form} address` }).optional();
}

function integer(min: number, max: number, fallback: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, error)
    .default(String(fallback))
    .transform(Number)
    .refine((value) => value >= min && value <= max, error);
}

/** A time in days; 0 stands for ever. */
function days(min: number, fallback: number) {
  const error = `must be 0, or a number of days from ${min} to 36500`;
  return z
    .string()
    .regex(/^\d{1,5}$/, error)
    .default(String(fallback))
    .transform(Number)
    .refine((value) => value === 0 || (value >= min && value <= 36_500), error);
}

function rate(fallback: number) {
  const error = "must be a number above 0 and up to 1000000";
  return z
    .string()
    .regex(/^\d{1,7}(\.\d{1,3})?$/, error)
    .default(String(fallback))
    .transform(Number)
    .refine((value) => value > 0 && value <= 1_000_000, error);
}

function networks() {
  return list("").refine((entries) => entries.every((entry) => parseNetwork(entry) !== null), {
    error: "must be addresses or networks such as 10.0.0.5, 10.0.0.0/8 or fd00::/8, with commas between",
  });
}

function usd() {
  return z
    .string()
    .regex(/^\d{1,9}(\.\d{1,9})?$/, "must be an amount in US dollars, such as 2.50")
    .transform(Number)
    .optional();
}

function list(fallback: string) {
  return z
    .string()
    .default(fallback)
    .transform((value) =>
      value
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== ""),
    );
}

function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: `must be one of ${values.join(", ")}` });
}

const http = /^https?$/;
const httpForm = "http:// or https://";

/** Every setting by its environment variable. An empty variable counts as not set. */
export const settingSchemas = {
  COURSEWRIGHT_HOME: note(
    z.string().default("./.coursewright"),
    "./.coursewright",
    "Folder of the embedded database, media, spooled answers and the command line's token",
  ),
  COURSEWRIGHT_KEY_FILE: note(
    text(),
    "~/.config/coursewright/keys",
    "Key ring for stored secrets; never inside COURSEWRIGHT_HOME, never in backups",
  ),
  DATABASE_URL: note(
    address(/^postgres(ql)?$/, "postgres://"),
    "embedded PostgreSQL",
    "Any PostgreSQL from version 16 on",
    true,
  ),
  COURSEWRIGHT_HOST: note(
    z.string().default("127.0.0.1"),
    "127.0.0.1",
    "Address where API and dashboard listen",
  ),
  COURSEWRIGHT_PORT: note(
    integer(0, 65_535, 4400),
    "4400",
    "Port where API and dashboard listen; 0 takes a free one",
  ),
  COURSEWRIGHT_LLM_BASE_URL: note(address(http, httpForm), "offline author", "An OpenAI-compatible server"),
  COURSEWRIGHT_LLM_API_KEY: note(text(), "none", "Key sent to that server", true),
  COURSEWRIGHT_TEXT_MODEL: note(text(), "offline author", "Model that writes text"),
  COURSEWRIGHT_SPEECH_MODEL: note(text(), "offline voice", "Model that speaks podcasts"),
  COURSEWRIGHT_IMAGE_MODEL: note(text(), "offline drawing", "Model that draws covers"),
  COURSEWRIGHT_BUDGET_USD_PER_DAY: note(
    usd(),
    "no cap",
    "Most that all calls of a day may cost, in US dollars",
  ),
  COURSEWRIGHT_BUDGET_USD_PER_UNIT: note(usd(), "no cap", "Most that one unit may cost, in US dollars"),
  COURSEWRIGHT_LEARNER_ACCESS: note(
    oneOf(["public", "token"]).default("public"),
    "public",
    "Who may read published units below /learner, and their media: everybody, or whoever is signed in or holds a token",
  ),
  COURSEWRIGHT_AUDIT_DAYS: note(
    days(90, 400),
    "400",
    "How long an entry of the audit log is kept, in days: 90 or more, or 0 for ever",
  ),
  COURSEWRIGHT_WORKER_CONCURRENCY: note(integer(1, 1_000, 16), "16", "Tasks in flight per worker"),
  COURSEWRIGHT_QUEUES: note(
    list("default"),
    "default",
    "Queues that a worker claims from, with commas between",
  ),
  COURSEWRIGHT_ALLOWED_HOSTS: note(
    list(""),
    "none",
    "Further Host names that are answered, with commas between",
  ),
  COURSEWRIGHT_PUBLIC_URL: note(
    address(http, httpForm),
    "none",
    "The address that people use; its host is answered too. Needed, with https://, to listen beyond this machine",
  ),
  COURSEWRIGHT_TRUSTED_PROXIES: note(
    networks(),
    "none",
    "Addresses or networks (10.0.0.0/8) of the proxies whose X-Forwarded-For, -Proto and -Host count, with commas between",
  ),
  COURSEWRIGHT_REQUESTS_PER_SECOND: note(
    rate(200),
    "200",
    "Most requests of one person or token per second, five times as many at once; a quarter of it for an address that nobody signed in from",
  ),
  COURSEWRIGHT_STREAMS_PER_USER: note(
    integer(1, 1_000_000, 20),
    "20",
    "Most event streams that one person or token has open at a server",
  ),
  COURSEWRIGHT_SMTP_URL: note(
    address(/^smtps?$/, "smtp:// or smtps://"),
    "no mail",
    "Server that sends mail",
    true,
  ),
  COURSEWRIGHT_MAIL_FROM: note(
    text(),
    "Coursewright <coursewright@localhost>",
    "Sender of mail, an address or a name with an address in angle brackets",
  ),
  COURSEWRIGHT_WEBHOOK_PRIVATE_HOSTS: note(
    list(""),
    "none",
    "Hosts (host or host:port) that webhooks may reach although they are private, with commas between",
  ),
  COURSEWRIGHT_OIDC_ISSUER: note(address(http, httpForm), "none", "Single sign-on: issuer"),
  COURSEWRIGHT_OIDC_CLIENT_ID: note(text(), "none", "Single sign-on: client"),
  COURSEWRIGHT_OIDC_CLIENT_SECRET: note(text(), "none", "Single sign-on: secret of the client", true),
  COURSEWRIGHT_OIDC_NAME: note(
    z.string().max(60).default("single sign-on"),
    "single sign-on",
    "Single sign-on: what its button says after Sign in with",
  ),
  COURSEWRIGHT_REQUIRE_SECOND_FACTOR: note(
    oneOf(["auto", "staff", "nobody"]).default("auto"),
    "auto",
    "Who must set up a second factor: staff (administrators and operators), nobody, or auto: staff when other machines can reach the server. Single sign-on needs none",
  ),
  COURSEWRIGHT_PREFECT_URL: note(
    address(http, httpForm).refine((url) => url === undefined || !/[?#]|\/\/[^/]*@/.test(url), {
      error:
        "must be without user, password, query and fragment: credentials go into COURSEWRIGHT_PREFECT_AUTH",
    }),
    "none",
    "API address of the default Prefect connection, such as http://127.0.0.1:4200/api",
  ),
  COURSEWRIGHT_PREFECT_AUTH: note(text(), "none", "API key or user:password for that Prefect server", true),
  COURSEWRIGHT_PREFECT_REQUESTS_PER_SECOND: note(
    integer(1, 1_000, 5),
    "5",
    "Most requests to Prefect per second",
  ),
  COURSEWRIGHT_PREFECT_CANCEL_MS: note(
    integer(1_000, 86_400_000, 300_000),
    "300000",
    "How long a cancelled Prefect run may take to end, in ms",
  ),
  COURSEWRIGHT_PREFECT_SILENCE_MS: note(
    integer(1_000, 86_400_000, 540_000),
    "540000",
    "How long a Prefect run may be silent before it counts as lost, in ms",
  ),
  COURSEWRIGHT_DISPATCH: note(
    oneOf(["postgres", "prefect"]).default("postgres"),
    "postgres",
    "Who starts tasks: our workers, or a Prefect work pool that runs run-task",
  ),
  COURSEWRIGHT_URL: note(
    address(http, httpForm),
    "http://127.0.0.1:4400",
    "Server that the command line talks to",
  ),
  COURSEWRIGHT_TOKEN: note(
    text(),
    "from `coursewright login`, or the data folder on the same machine",
    "Token of the command line",
    true,
  ),
  LOG_LEVEL: note(oneOf(logLevels).default("info"), "info", "Least important entries that are written"),
  LOG_FORMAT: note(
    oneOf(logFormats).optional(),
    "pretty on a terminal, else json",
    "Form of the log on standard error",
  ),
} as const;

export type SettingName = keyof typeof settingSchemas;
