import { once } from "node:events";
import net from "node:net";

/** A port of this machine that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  server.close();
  await once(server, "close");
  return address.port;
}
