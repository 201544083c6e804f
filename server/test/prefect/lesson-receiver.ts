import { once } from "node:events";
import { createServer } from "node:http";

export interface ReceivedLesson {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

export interface LessonReceiver {
  readonly url: string;
  readonly received: ReceivedLesson[];
  /** HTTP statuses of the next answers, in turn; without one it answers 204. */
  readonly answers: number[];
  close(): Promise<void>;
}

/** Takes the lessons that the example flow sends. */
export async function startLessonReceiver(): Promise<LessonReceiver> {
  const received: ReceivedLesson[] = [];
  const answers: number[] = [];
  const server = createServer((incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      const { authorization } = incoming.headers;
      received.push({ path: `${incoming.method} ${incoming.url}`, authorization, body });
      answer.writeHead(answers.shift() ?? 204).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The receiver has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    answers,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
