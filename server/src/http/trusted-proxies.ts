import { BlockList, isIP } from "node:net";

/** One address, or a network as address and length of its prefix. */
export interface Network {
  readonly address: string;
  readonly family: "ipv4" | "ipv6";
  readonly prefix: number;
}

/** Reads `10.0.0.5`, `10.0.0.0/8` or `fd00::/8`; null for anything else. */
export function parseNetwork(text: string): Network | null {
  const [address = "", length, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes("%")) return null;
  const longest = version === 4 ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return null;
  const prefix = length === undefined ? longest : Number(length);
  if (prefix > longest) return null;
  return { address, family: version === 4 ? "ipv4" : "ipv6", prefix };
}

/** An address as it is compared and shown: IPv4 in IPv6 form becomes plain IPv4, a zone is left out. Null for no address. */
export function plainAddress(text: string): string | null {
  const address = text.replace(/%.*$/, "").toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  const plain = mapped ?? address;
  return isIP(plain) === 0 ? null : plain;
}

/** Says whether an address is that of a trusted proxy. */
export type IsTrusted = (address: string) => boolean;

/** @param trustedProxies addresses and networks that `parseNetwork` reads */
export function createTrust(trustedProxies: readonly string[]): IsTrusted {
  const trusted = new BlockList();
  for (const text of trustedProxies) {
    const network = parseNetwork(text);
    if (network === null) throw new Error(`${text} is neither an address nor a network`);
    trusted.addSubnet(network.address, network.prefix, network.family);
  }
  return (address) => trusted.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/**
 * Who sent a request. Each proxy appends the address that it saw, so the list is read from its end: the first address that no
 * trusted proxy has is the sender. What stands further left may have been made up by the sender.
 * @param socketAddress the other end of the connection
 */
export function senderAddress(
  socketAddress: string,
  forwardedFor: string | undefined,
  isTrusted: IsTrusted,
): string {
  let sender = plainAddress(socketAddress) ?? socketAddress;
  const named = (forwardedFor ?? "").split(",").reverse();
  for (const entry of named) {
    if (!isTrusted(sender)) return sender;
    const address = plainAddress(withoutPort(entry.trim()));
    // Something that is no address says nothing about who sent it: the last proxy known stands for them.
    if (address === null) return sender;
    sender = address;
  }
  return sender;
}

/** `192.0.2.1:4711`, `[2001:db8::1]:4711` and `[2001:db8::1]` as some proxies write them. */
function withoutPort(entry: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry;
}
