import { createSocket } from "node:dgram";
import type { LookupAddress } from "node:dns";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import type { ResolveName } from "../src/platform/safe-address.ts";

/** The addresses of a name at its nth question, counted from 0. */
export type Answers = (asked: number) => readonly string[];

export interface NameServer {
  /** How a name is asked: over UDP, from this server, for both kinds of addresses. */
  readonly resolve: ResolveName;
  /** How often a name was asked for. */
  countOf(name: string): number;
  close(): Promise<void>;
}

/** A name server of its own on loopback, which may answer otherwise each time. */
export async function startNameServer(names: Readonly<Record<string, Answers>>): Promise<NameServer> {
  const socket = createSocket("udp4");
  const asked = new Map<string, number>();
  socket.on("message", (message, { port, address }) => {
    const { name, type, end } = readQuestion(message);
    const isIpv6 = type === 28;
    const number = asked.get(name) ?? 0;
    // Both kinds are asked at the same time, first IPv4: they make one look-up.
    if (isIpv6) asked.set(name, number + 1);
    const wanted = (names[name]?.(number) ?? []).filter((one) => isIPv6(one) === isIpv6);
    socket.send(answer(message, end, type, wanted), port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const resolver = new Resolver({ timeout: 2_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    resolve(hostname, _options, callback) {
      const name = hostname.replace(/\.$/, "");
      const ask = async () => {
        const ipv4 = await resolver.resolve4(name).catch(() => []);
        const ipv6 = await resolver.resolve6(name).catch(() => []);
        return [
          ...ipv4.map((address) => ({ address, family: 4 })),
          ...ipv6.map((address) => ({ address, family: 6 })),
        ];
      };
      const tell = (addresses: LookupAddress[]): void => {
        const missing = Object.assign(new Error(`${name} is not known`), { code: "ENOTFOUND" });
        if (addresses.length === 0) callback(missing, []);
        else callback(null, addresses);
      };
      ask().then(tell, (error: NodeJS.ErrnoException) => callback(error, []));
    },
    countOf: (name) => asked.get(name) ?? 0,
    async close() {
      resolver.cancel();
      socket.close();
      await once(socket, "close");
    },
  };
}

function readQuestion(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let place = 12;
  for (let length = message.readUInt8(place); length > 0; length = message.readUInt8(place)) {
    labels.push(message.toString("latin1", place + 1, place + 1 + length));
    place += length + 1;
  }
  return { name: labels.join(".").toLowerCase(), type: message.readUInt16BE(place + 1), end: place + 5 };
}

function answer(question: Buffer, end: number, type: number, addresses: readonly string[]): Buffer {
  const head = Buffer.from(question.subarray(0, end));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt32BE(0, 8);
  const records = addresses.map((address) => {
    const bytes = isIPv6(address) ? ipv6Bytes(address) : Buffer.from(address.split(".").map(Number));
    const record = Buffer.alloc(12);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(type, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt16BE(bytes.length, 10);
    return Buffer.concat([record, bytes]);
  });
  return Buffer.concat([head, ...records]);
}

function ipv6Bytes(address: string): Buffer {
  const { hostname } = new URL(`http://[${address}]`);
  const [before = "", after] = hostname.slice(1, -1).split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":"));
  const [head, tail] = [groups(before), groups(after ?? "")];
  const all =
    after === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill("0"), ...tail];
  return Buffer.from(all.map((group) => group.padStart(4, "0")).join(""), "hex");
}
