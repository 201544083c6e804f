/** An address in a text that a learner's app could follow or load. */
interface Address {
  /** As it stands in the text, without the punctuation that follows it. */
  readonly address: string;
  /** Its host, or its scheme with the colon where it has none, such as `data:`. Lower case. */
  readonly host: string;
}

const end = "[^\\s<>\"'`\\])}|\\\\^]*";
const label = "[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,62}[\\p{L}\\p{N}])?";
const hostName = `(?:${label}\\.)+\\p{L}{2,24}`;
const numbers = "\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[0-9a-f:.]{2,45}\\]";
const forms = new RegExp(
  [
    `(?<schemed>(?:https?|ftps?|wss?|file|ipfs|gopher):/*(?:[^\\s/@]{0,100}@)?(?<host>${hostName}|${numbers}|[\\w.-]+)${end})`,
    `(?<inert>\\b(?:data|javascript|vbscript|blob):[^\\s]${end})`,
    `(?<relative>(?<![:\\w/])//(?<relativeHost>${hostName}|${numbers})${end})`,
    `(?<mail>[\\p{L}\\p{N}._%+-]{1,64}@(?<mailHost>${hostName}))`,
    `(?<bare>(?<![\\p{L}\\p{N}@./-])(?:www\\.(?<wwwHost>${hostName})${end}|(?<bareHost>${hostName})(?:[/?#]|:\\d)${end}))`,
  ].join("|"),
  "giu",
);
/** Forms that hide an address from those who look for it: `hxxps`, `[.]`, `(dot)`, full-width signs, line breaks in the middle. */
function plain(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/hxxp/gi, "http")
    .replace(/[[({]\s*(?:\.|dot|punkt|punto|point)\s*[\])}]/gi, ".")
    .replace(/(https?):\s+\/\//gi, "$1://");
}

/** Each address of the text once, in order: with a scheme, without one, of mail, `data:` and `javascript:`. */
function findAddresses(text: string): Address[] {
  const found = new Map<string, Address>();
  for (const { 0: match, groups = {} } of plain(text).matchAll(forms)) {
    const address = match.replace(/[.,;:!?]+$/, "");
    const named = groups.host ?? groups.relativeHost ?? groups.mailHost ?? groups.wwwHost ?? groups.bareHost;
    const host = named ?? address.slice(0, address.indexOf(":") + 1);
    if (!found.has(address)) found.set(address, { address, host: host.toLowerCase() });
  }
  return [...found.values()];
}

/** What loads something by itself where markup is read, whatever its address. */
export function holdsLoadingMarkup(text: string): boolean {
  return /!\[[^\]]{0,500}\]\s*[([]|<\s*(?:img|image|iframe|script|link|object|embed|video|audio|svg|meta|base|form)\b[^<>]{0,2000}[>\s]/i.test(
    text,
  );
}

/** Addresses that stand in none of the texts: neither as they are nor, without a path of their own, by their host. */
export function foreignAddresses(text: string, known: readonly string[]): readonly Address[] {
  const addresses = findAddresses(text);
  if (addresses.length === 0) return [];
  const texts = known.map((one) => plain(one).toLowerCase());
  const stands = (words: string) => texts.some((one) => one.includes(words.toLowerCase()));
  return addresses.filter(({ address, host }) => {
    if (stands(address)) return false;
    const hasPath = address.toLowerCase().replace(/\/+$/, "").endsWith(host) === false;
    return hasPath || !stands(host);
  });
}
