import { isIPv6 } from "node:net";

const groupCount = 8;
const networkGroups = 4;

/**
 * Whose address it is, for counting: an IPv4 address itself; of an IPv6 address its first 64 bits, because whoever has one of them
 * has them all. Anything else is answered as it is.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = [], tail = []] = address
    .replace(/%.*$/, "")
    .split("::")
    .map((part) => (part === "" ? [] : part.split(":")));
  const zeros = Array<string>(Math.max(0, groupCount - head.length - tail.length)).fill("0");
  const network = [...head, ...zeros, ...tail].slice(0, networkGroups);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
