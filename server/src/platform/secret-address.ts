// Shorter pieces are words such as "services" or "webhook".
const shortestSegment = 16;
const shortestRest = 12;
const shortestValue = 8;

/**
 * What is secret of a secret: of an address itself, its password, what stands behind its host, and the long pieces of that;
 * of `user:password` also the password alone; of everything else itself.
 */
export function addressParts(secret: string): string[] {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(secret) ? URL.parse(secret) : null;
  if (url === null) {
    const [, password] = /^[^:\s]+:(\S+)$/.exec(secret) ?? [];
    return password === undefined ? [secret] : [secret, password];
  }
  const rest = secretRest(url);
  const segments = url.pathname.split("/").filter((segment) => segment.length >= shortestSegment);
  const values = [...url.searchParams.values()].filter((value) => value.length >= shortestValue);
  const parts = [...segments, ...segments.map(decoded), ...values];
  if (rest.length >= shortestRest && !isDatabase(url)) parts.push(rest);
  if (rest.length > 1 && !isDatabase(url)) parts.push(secret, url.href);
  if (url.password !== "") {
    parts.push(secret, url.href, url.password, decoded(url.password));
    parts.push(`${decoded(url.username)}:${decoded(url.password)}`, `${url.username}:${url.password}`);
  }
  return parts;
}

const shownEnd = 4;

/**
 * An address as it may be shown: protocol, host and, where enough stays hidden, its last four characters, such as
 * `https://hooks.example.org/…3fXa`.
 */
export function maskAddress(address: string): string {
  const url = URL.parse(address);
  if (url === null) return "…";
  const rest = secretRest(url);
  const host = `${url.protocol}//${url.host}/`;
  if (rest.length <= 1) return host;
  return rest.length < shortestRest ? `${host}…` : `${host}…${rest.slice(-shownEnd)}`;
}

function secretRest({ pathname, search, hash }: URL): string {
  return pathname + search + hash;
}

/** Its path names a database, which is no secret. */
function isDatabase({ protocol }: URL): boolean {
  return protocol === "postgres:" || protocol === "postgresql:";
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
