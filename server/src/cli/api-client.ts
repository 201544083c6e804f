import { z } from "zod";
import { AppError } from "../platform/errors.ts";
import { loadedSecrets } from "../platform/redaction.ts";
import { type Credential, findCredential } from "./credential.ts";
import { cliErrors } from "./errors.ts";
import { printable } from "./output.ts";
import { type Answer, createProvedServer, type ProvedRequest, type ProvedServer } from "./proved-server.ts";

const problemSchema = z.looseObject({ code: z.string(), detail: z.string() });

/** Talks to a running server; answers are parsed by the caller's schema. */
export interface ApiClient {
  readonly url: string;
  get<Result>(path: string, schema: z.ZodType<Result>): Promise<Result>;
  getText(path: string): Promise<string>;
  send<Result>(
    method: "POST" | "PUT" | "DELETE",
    path: string,
    body: unknown,
    schema: z.ZodType<Result>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Result>;
  /** Calls `changed` whenever the server says that something changed; ends with the signal. */
  follow(changed: () => void, signal: AbortSignal): Promise<void>;
}

/**
 * A client for `COURSEWRIGHT_URL`. Its token comes from `COURSEWRIGHT_TOKEN`, from `coursewright login`, or, for a server on this
 * machine, from the 0600 file in the data folder; that one is sent after the server has proved that it knows it. Redirects are not
 * followed, so that no token goes to another address. Every call throws AppError `server_unreachable`, `server_unproved`, or
 * `request_refused` with a sentence that says what to do.
 */
export function createApiClient(settings: {
  readonly url: string;
  readonly token: string | undefined;
  readonly home: string;
}): ApiClient {
  const base = settings.url.replace(/\/+$/, "");
  let credential: Credential | undefined;
  let proved: ProvedServer | undefined;

  function send(request: ProvedRequest, { token, needsProof }: Credential): Promise<Answer> {
    if (!needsProof) return askPlainly(base, request, token);
    proved ??= createProvedServer(base, settings.home);
    return proved.ask(request);
  }

  async function call(
    method: ProvedRequest["method"],
    route: string,
    init: Pick<ProvedRequest, "body" | "signal"> & { readonly headers?: ProvedRequest["headers"] } = {},
  ): Promise<Answer> {
    credential ??= findCredential({ ...settings, url: base });
    loadedSecrets.add(credential.token);
    let answer: Answer;
    try {
      answer = await send({ headers: {}, ...init, method, path: `/api/v1${route}` }, credential);
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw cliErrors.create(
        "server_unreachable",
        `No server answers at ${base}. Start it with "npm start", or name another with COURSEWRIGHT_URL.`,
        { cause: error },
      );
    }
    if (answer.status < 200 || answer.status > 299) throw await refusal(answer, base, credential);
    return answer;
  }

  return {
    url: base,
    async get(route, schema) {
      return schema.parse(JSON.parse(await (await call("GET", route)).text()));
    },
    async getText(route) {
      return (await call("GET", route)).text();
    },
    async send(method, route, body, schema, headers = {}) {
      const init =
        body === undefined
          ? { headers }
          : { headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
      const text = await (await call(method, route, init)).text();
      return schema.parse(text === "" ? undefined : JSON.parse(text));
    },
    async follow(changed, signal) {
      const { chunks } = await call("GET", "/events", { signal });
      for await (const _chunk of chunks) changed();
    },
  };
}

async function askPlainly(
  base: string,
  { path, headers, ...init }: ProvedRequest,
  token: string | undefined,
): Promise<Answer> {
  const response = await fetch(`${base}${path}`, {
    ...init,
    headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    redirect: "manual",
  });
  return {
    status: response.status,
    location: response.headers.get("location"),
    text: () => response.text(),
    chunks: response.body ?? ReadableStream.from([]),
  };
}

/** Who answers may be anybody: what is printed of it must not steer the terminal. */
async function refusal(answer: Answer, base: string, credential: Credential) {
  const { status } = answer;
  const text = await answer.text();
  if (status >= 300 && status <= 399) return redirected(answer, base);
  const parsed = problemSchema.safeParse(parseJson(text));
  if (status === 401) {
    return cliErrors.create("request_refused", `${credential.whenRefused} (sign_in_required)`, {
      details: parsed.data ?? {},
    });
  }
  if (!parsed.success) {
    return cliErrors.create(
      "request_refused",
      `The server answered ${status}: ${printable(text.slice(0, 200))}`,
    );
  }
  const { code, detail } = parsed.data;
  const advice = code === "not_allowed" ? ` ${whenNotAllowed(base)}` : "";
  return cliErrors.create("request_refused", `${printable(detail)}${advice} (${printable(code)})`, {
    details: parsed.data,
  });
}

/** The token stays with the address that it was made for. */
function redirected({ location }: Answer, base: string) {
  const target = location === null ? null : URL.parse(location, base);
  const elsewhere = target?.origin ?? "another address";
  return cliErrors.create(
    "request_refused",
    `${base} redirects to ${elsewhere}. Redirects are not followed: if you trust that address, name it in COURSEWRIGHT_URL.`,
  );
}

function whenNotAllowed(base: string): string {
  return `Make a token with a wider scope at ${base}/settings/tokens, or ask an administrator for another role.`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's own page, for example: shown as it is.
    return undefined;
  }
}
