import { z } from "zod";
import { loadedSecrets } from "../platform/redaction.ts";
import { type Credential, findCredential } from "./credential.ts";
import { cliErrors } from "./errors.ts";

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
 * machine, from the 0600 file in the data folder. Redirects are not followed, so that no token goes to another address.
 * Every call throws AppError `server_unreachable`, or `request_refused` with a sentence that says what to do.
 */
export function createApiClient(settings: {
  readonly url: string;
  readonly token: string | undefined;
  readonly home: string;
}): ApiClient {
  const base = settings.url.replace(/\/+$/, "");
  let credential: Credential | undefined;

  async function call(method: string, route: string, init: RequestInit = {}): Promise<Response> {
    credential ??= findCredential({ ...settings, url: base });
    loadedSecrets.add(credential.token);
    const headers = new Headers(init.headers);
    if (credential.token !== undefined) headers.set("authorization", `Bearer ${credential.token}`);
    let response: Response;
    try {
      response = await fetch(`${base}/api/v1${route}`, { ...init, method, headers, redirect: "manual" });
    } catch (error) {
      throw cliErrors.create(
        "server_unreachable",
        `No server answers at ${base}. Start it with "npm start", or name another with COURSEWRIGHT_URL.`,
        { cause: error },
      );
    }
    if (!response.ok) throw await refusal(response, base, credential);
    return response;
  }

  return {
    url: base,
    async get(route, schema) {
      return schema.parse(await (await call("GET", route)).json());
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
      const response = await call("GET", "/events", { signal });
      if (response.body === null) return;
      for await (const _chunk of response.body) changed();
    },
  };
}

async function refusal(response: Response, base: string, credential: Credential) {
  const { status } = response;
  if (status >= 300 && status <= 399) return redirected(response, base);
  const text = await response.text();
  const parsed = problemSchema.safeParse(parseJson(text));
  if (status === 401) {
    return cliErrors.create("request_refused", `${credential.whenRefused} (sign_in_required)`, {
      details: parsed.data ?? {},
    });
  }
  if (!parsed.success) {
    return cliErrors.create("request_refused", `The server answered ${status}: ${text.slice(0, 200)}`);
  }
  const { code, detail } = parsed.data;
  const advice = code === "not_allowed" ? ` ${whenNotAllowed(base)}` : "";
  return cliErrors.create("request_refused", `${detail}${advice} (${code})`, { details: parsed.data });
}

/** The token stays with the address that it was made for. */
function redirected(response: Response, base: string) {
  const location = response.headers.get("location") ?? "";
  const elsewhere = URL.canParse(location, base) ? new URL(location, base).origin : "another address";
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
