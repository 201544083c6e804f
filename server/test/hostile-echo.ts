import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** A server that tells whatever it is shown back in every way: as it is, encoded, in headers, bodies and addresses. */
export interface HostileEcho {
  /** Without a slash at its end. */
  readonly url: string;
  /** `host:port` */
  readonly host: string;
  /** Told back besides what a request shows. */
  readonly extra: string[];
  /** How many requests came. */
  readonly count: () => number;
  close(): Promise<void>;
}

export async function startHostileEcho(): Promise<HostileEcho> {
  const extra: string[] = [];
  let count = 0;
  const server = createServer((incoming, answer) => {
    incoming.resume();
    incoming.on("end", () => {
      count += 1;
      tellBack(incoming, answer, [...shown(incoming), ...extra], count);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const host = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    ...{ url: `http://${host}`, host, extra, count: () => count },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a request shows: its authorization, also decoded, and its address. */
function shown({ headers, url = "" }: IncomingMessage): string[] {
  const [kind = "", credential = ""] = (headers.authorization ?? "").split(" ");
  const decoded = kind === "Basic" ? Buffer.from(credential, "base64").toString() : "";
  return [credential, decoded, decoded.split(":").slice(1).join(":"), url].filter((text) => text.length > 5);
}

function tellBack(incoming: IncomingMessage, answer: ServerResponse, secrets: string[], turn: number): void {
  const all = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret),
    Buffer.from(secret).toString("base64"),
    Buffer.from(`u:${secret}`).toString("base64"),
    Buffer.from(`:${secret}`).toString("base64url"),
  ]);
  const words = `Nobody may come in with ${all.join(" or ")}`;
  const headers = {
    "content-type": "application/json",
    "x-request-id": encodeURIComponent(secrets[0] ?? "none"),
    "x-ratelimit-limit": Buffer.from(secrets[0] ?? "none").toString("base64"),
  };
  const isPrefect = incoming.url?.startsWith("/api/") === true;
  if (isPrefect && turn % 3 === 0) {
    const location = `/elsewhere?key=${secrets.map(encodeURIComponent).join("&key=")}`;
    answer.writeHead(307, { ...headers, location }).end();
  } else if (isPrefect) {
    answer.writeHead(turn % 3 === 1 ? 500 : 400, headers);
    answer.end(
      JSON.stringify({ detail: words, exception_message: words, exception_detail: [{ msg: words }] }),
    );
  } else if (incoming.url?.startsWith("/v1/") === true) {
    // So long that the stored form is a compressed one.
    const padding = "The tide rises. ".repeat(1_000);
    const model = { padding, id: words, object: "chat.completion", choices: [], headers: incoming.headers };
    const error = {
      padding,
      message: words,
      type: words,
      code: words,
      param: incoming.headers.authorization,
    };
    answer.writeHead(turn % 2 === 0 ? 400 : 200, headers);
    answer.end(JSON.stringify(turn % 2 === 0 ? { error } : model));
  } else {
    answer.writeHead(500, words.slice(0, 200).replaceAll(/[^ -~]/g, "?"), headers).end(words);
  }
}
