import type { AppError } from "../../../platform/errors.ts";

/** A failure in words for the person who set up the connection. */
export interface Explanation {
  /** A code of the prefect module's errors. */
  readonly code: string;
  readonly sentence: string;
  /** What to do about it. */
  readonly advice: string | null;
}

type Words = readonly [sentence: string, advice: string];

/** Says why Prefect at this address could not be asked, and what to do. */
export function explainFailure(error: AppError, base_url: string): Explanation {
  const [sentence, advice] = wordsFor(error, new URL(base_url));
  return { code: error.code, sentence, advice };
}

function wordsFor(error: AppError, address: URL): readonly [string, string | null] {
  const { host } = address;
  switch (error.code) {
    case "prefect_unreachable":
      return unreachable(error, address);
    case "prefect_too_slow":
      return [
        `${host} did not answer in time.`,
        "Check that Prefect is not overloaded, and that no firewall on the way swallows the requests.",
      ];
    case "prefect_not_an_api":
      return notAnApi(error, address);
    case "prefect_auth_failed":
      return [
        error.message,
        "Enter the auth string that the server was started with (PREFECT_SERVER_API_AUTH_STRING, user:password), or an API key for Prefect Cloud.",
      ];
    case "prefect_version_incompatible":
      return [error.message, "Install a supported version of Prefect on that server."];
    case "prefect_failed":
      return [
        error.message,
        "Look into the log of the Prefect server, or of the gateway in front of it, and try again.",
      ];
    case "prefect_rate_limited":
      return [
        error.message,
        "Wait a minute and try again; lower COURSEWRIGHT_PREFECT_REQUESTS_PER_SECOND when it comes again.",
      ];
    case "connection_credentials_needed":
    case "secret_unreadable":
    case "key_file_invalid":
      return [error.message, "Enter the credentials again."];
    default:
      return [error.message, null];
  }
}

function notAnApi(error: AppError, address: URL): Words {
  const { redirects_to } = error.details;
  if (typeof redirects_to === "string") {
    return [
      `${address.href} redirects to ${redirects_to}.`,
      "Enter the address of the API itself. When it leads to a sign-in, let this server past the page that asks for it.",
    ];
  }
  return [
    error.message,
    /\/api\/*$/.test(address.pathname)
      ? "Check host and port: another program answers there."
      : `Prefect's API usually ends in /api: try ${address.href.replace(/\/+$/, "")}/api.`,
  ];
}

function unreachable(error: AppError, address: URL): Words {
  const { host } = address;
  const code = systemCodeOf(error);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return [
      `The name ${address.hostname} is not known.`,
      "Check the spelling of the address, and that the machine of this server can look the name up.",
    ];
  }
  if (code === "ECONNREFUSED") {
    return [
      `Nothing listens at ${host}.`,
      "Start Prefect there, or check the port (4200 unless it was changed). Inside a container 127.0.0.1 is the container itself.",
    ];
  }
  if (code === "ETIMEDOUT" || code === "UND_ERR_CONNECT_TIMEOUT" || /^E(HOST|NET)UNREACH$/.test(code)) {
    return [
      `There is no way to ${host}.`,
      "Check the address, and that no firewall is between this server and Prefect.",
    ];
  }
  if (/^(ERR_SSL_|EPROTO$)/.test(code)) {
    return [
      `${host} does not speak TLS.`,
      "Begin the address with http:// when the server has no certificate.",
    ];
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS_/.test(code)) {
    return [
      `The certificate of ${host} is not accepted (${code}).`,
      "Renew it, or tell this server about its issuer: NODE_EXTRA_CA_CERTS names a file with the issuer's certificate.",
    ];
  }
  if (code === "ECONNRESET" || code === "EPIPE" || code === "UND_ERR_SOCKET") {
    return [
      `${host} broke the connection off.`,
      "Check that the address begins with http:// or https:// as the server wants it, and that Prefect is running.",
    ];
  }
  return [error.message, "Check the address, and that Prefect is running."];
}

/** The innermost code that the system, the TLS library or the HTTP client gave; empty when there is none. */
function systemCodeOf(error: AppError): string {
  let found = "";
  for (let current: unknown = error.cause; current instanceof Error; current = current.cause) {
    if ("code" in current && typeof current.code === "string" && /^[A-Z_]+$/.test(current.code)) {
      found = current.code;
    }
  }
  return found;
}
