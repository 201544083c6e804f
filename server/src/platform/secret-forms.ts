/** The shortest piece of base64 that is certain enough to be nothing else. */
const shortestInside = 8;
// A lower-case word is also written without meaning the secret; joined to something or encoded it is not.
const plainWord = /^[a-z]{1,15}$/;

/**
 * How a secret can stand in a text: as it is, escaped for an address, a form, JSON (also within JSON) or HTML, in hexadecimal
 * and in base64 of either alphabet at each of the three places it can have inside more. A plain word counts in base64 and
 * hexadecimal only.
 */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  const encoded = [...base64Forms(bytes), bytes.toString("hex"), bytes.toString("hex").toUpperCase()];
  return plainWord.test(secret) ? encoded : [...textForms(secret), ...encoded];
}

function textForms(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  const inAddress = encodeURIComponent(secret.toWellFormed());
  return [
    secret,
    inAddress,
    inAddress.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    new URLSearchParams({ "": secret }).toString().slice(1),
    encodeURI(secret.toWellFormed()),
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;"),
  ];
}

function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
    // The first and the last group also hold bits of the neighbours: only what lies between is certain.
    const certainStart = offset === 0 ? 0 : offset + 1;
    const certainLength = Math.floor((shifted.length * 8) / 6) - certainStart;
    const certain = shifted.toString("base64").slice(certainStart, certainStart + certainLength);
    if (certain.length < shortestInside) return [];
    return [certain, certain.replaceAll("+", "-").replaceAll("/", "_"), encodeURIComponent(certain)];
  });
}
