/** IPv4 addresses of this machine, of private networks, of clouds' metadata services and others that are nobody's business. */
export const privateIpv4 = [
  ...["127.0.0.1", "127.0.0.2", "127.255.255.254", "0.0.0.0"],
  ...["10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1", "100.64.0.1", "198.18.0.1"],
  ...["169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192"],
  ...["192.0.2.1", "224.0.0.1", "255.255.255.255"],
];

const privateIpv6 = [
  ...["::", "::1", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001", "::0:1"],
  ...["fe80::1", "fc00::1", "fd00:ec2::254", "fd20:ce::254", "fdff::1", "fec0::1", "ff02::1", "ff05::2"],
  ...["2001:db8::1", "2001:10::1", "2001:20::1", "3fff::1", "100::1", "64:ff9b:1::7f00:1", "5f00::1"],
];

/** Hosts as they are written in an address, each of which leads to a private one, with words for what it is. */
export function hostileHosts(): (readonly [form: string, host: string])[] {
  const ofIpv4 = privateIpv4.flatMap((address) =>
    Object.entries(ipv4Forms).map(([form, write]) => {
      const [first = 0, second = 0, third = 0, fourth = 0] = address.split(".").map(Number);
      return [`${form} of ${address}`, write(first, second, third, fourth)] as const;
    }),
  );
  const ofIpv6 = privateIpv6.map((address) => [`IPv6 ${address}`, `[${address}]`] as const);
  const zones = ["[fe80::1%25eth0]", "[fe80::1%eth0]", "[::1%25lo]", "[::1%lo]"];
  return [...ofIpv4, ...ofIpv6, ...zones.map((zone) => [`zone ${zone}`, zone] as const)];
}

type WriteIpv4 = (first: number, second: number, third: number, fourth: number) => string;

const whole: (...parts: [number, number, number, number]) => number = (first, second, third, fourth) =>
  first * 2 ** 24 + second * 2 ** 16 + third * 2 ** 8 + fourth;
const hex = (value: number) => value.toString(16);
const groups = (...[first, second, third, fourth]: Parameters<WriteIpv4>) =>
  `${hex(first * 256 + second)}:${hex(third * 256 + fourth)}`;

const ipv4Forms: Readonly<Record<string, WriteIpv4>> = {
  dotted: (...parts) => parts.join("."),
  "with a dot at its end": (...parts) => `${parts.join(".")}.`,
  decimal: (...parts) => String(whole(...parts)),
  hexadecimal: (...parts) => `0x${hex(whole(...parts))}`,
  octal: (...parts) => `0${whole(...parts).toString(8)}`,
  "octal parts": (...parts) => parts.map((part) => `0${part.toString(8)}`).join("."),
  "hexadecimal parts": (...parts) => parts.map((part) => `0x${hex(part)}`).join("."),
  "mixed parts": (first, second, third, fourth) =>
    `0x${hex(first)}.${second}.0${third.toString(8)}.${fourth}`,
  "two parts": (first, ...rest) => `${first}.${whole(0, ...rest)}`,
  "three parts": (first, second, third, fourth) => `${first}.${second}.${third * 256 + fourth}`,
  "full-width digits": (...parts) => parts.join(".").replaceAll(/\d/g, (digit) => shifted(digit, 0xff10)),
  "full-width dots": (...parts) => parts.join("\u3002"),
  "mathematical digits": (...parts) => parts.join(".").replaceAll(/\d/g, (digit) => shifted(digit, 0x1d7ce)),
  "percent-encoded": (...parts) => [...parts.join(".")].map((one) => `%${hex(one.charCodeAt(0))}`).join(""),
  mapped: (...parts) => `[::ffff:${parts.join(".")}]`,
  "mapped in hexadecimal": (...parts) => `[0:0:0:0:0:ffff:${groups(...parts)}]`,
  compatible: (...parts) => `[::${parts.join(".")}]`,
  translated: (...parts) => `[::ffff:0:${parts.join(".")}]`,
  NAT64: (...parts) => `[64:ff9b::${parts.join(".")}]`,
  "local NAT64": (...parts) => `[64:ff9b:1::${groups(...parts)}]`,
  "6to4": (...parts) => `[2002:${groups(...parts)}::1]`,
  Teredo: (...parts) => `[2001:0:${groups(...parts)}::1]`,
  ISATAP: (...parts) => `[fe80::5efe:${parts.join(".")}]`,
};

function shifted(digit: string, zero: number): string {
  return String.fromCodePoint(zero + Number(digit));
}
