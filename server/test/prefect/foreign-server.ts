import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";

/** A server that is no Prefect. */
export interface ForeignServer {
  /** Where Prefect's API would be. */
  readonly apiUrl: string;
  close(): Promise<void>;
}

/** Listens on loopback and answers as it is told, for what people enter by mistake. */
export async function startForeignServer(listener: RequestListener): Promise<ForeignServer> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return {
    apiUrl: `http://127.0.0.1:${address.port}/api`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
