import { BlockList, isIPv4, isIPv6 } from "node:net";

// IANA special-purpose registries (RFC 6890 and its successors), 2026: what is not globally reachable.
const specialIpv4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  // No special-purpose range, but where one cloud answers its machines.
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const;

// Inside 2000::/3, the only range of global unicast: tunnels that carry an IPv4 address, and documentation.
const specialIpv6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

const special = new BlockList();
for (const [network, prefix] of specialIpv4) special.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of specialIpv6) special.addSubnet(network, prefix, "ipv6");
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");

// Where clouds tell the credentials of a machine to whoever asks from it; all else that is link-local besides.
const metadata = new BlockList();
for (const [network, prefix] of [
  ["169.254.0.0", 16],
  ["100.100.100.200", 32],
  ["168.63.129.16", 32],
  ["192.0.0.192", 32],
] as const) {
  metadata.addSubnet(network, prefix, "ipv4");
}
metadata.addSubnet("fe80::", 10, "ipv6");
metadata.addAddress("fd00:ec2::254", "ipv6");
metadata.addAddress("fd20:ce::254", "ipv6");

/** Whether an IP address is one of a cloud's metadata services, in whatever form; these are nobody's to allow. */
export function isMetadataAddress(address: string): boolean {
  if (isIPv4(address)) return metadata.check(address, "ipv4");
  const [plain = ""] = address.split("%");
  if (!isIPv6(plain)) return false;
  if (metadata.check(plain, "ipv6")) return true;
  const groups = groupsOf(plain);
  return [groups.slice(6), groups.slice(1, 3)].some(
    ([high = 0, low = 0], place) =>
      carriesIpv4(groups, place === 1) &&
      metadata.check(`${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`, "ipv4"),
  );
}

/** Mapped, compatible, translated (NAT64) at the end; 6to4 behind its prefix. */
function carriesIpv4(groups: readonly number[], isSixToFour: boolean): boolean {
  if (isSixToFour) return groups[0] === 0x2002;
  const isEmpty = groups.slice(0, 5).every((group) => group === 0);
  return (
    (isEmpty && (groups[5] === 0 || groups[5] === 0xffff)) || (groups[0] === 0x64 && groups[1] === 0xff9b)
  );
}

function groupsOf(address: string): number[] {
  // The URL standard writes the last 32 bits in hexadecimal too.
  const { hostname } = new URL(`http://[${address}]`);
  const [before = "", after] = hostname.slice(1, -1).split("::");
  const parse = (text: string) =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [head, tail] = [parse(before), parse(after ?? "")];
  return after === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill(0), ...tail];
}

/**
 * Whether an IP address is one of the public internet. Loopback, private and link-local networks, cloud metadata
 * addresses, multicast, documentation, tunnels and IPv4 inside IPv6 are not. Anything else than an IP address is
 * not either.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, "ipv4");
  if (!isIPv6(address) || address.includes("%")) return false;
  return globalUnicast.check(address, "ipv6") && !special.check(address, "ipv6");
}
