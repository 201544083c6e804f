const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;

/** Deeper than any document of ours; JSON.parse takes any depth, what walks the value afterwards does not. */
export const deepestJson = 64;
/** Each value that does not fit costs a sentence: 20 MB of `1,1,1,…` would be ten million of them. */
export const mostJsonValues = 100_000;

/** What is too much about a JSON document, in one pass over its bytes and without parsing it; null when nothing is. */
export function findJsonExcess(bytes: Buffer): "depth" | "values" | null {
  let depth = 0;
  let values = 1;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === quote) {
      index = endOfString(bytes, index);
    } else if (byte === comma) {
      values += 1;
      if (values > mostJsonValues) return "values";
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      values += 1;
      if (depth > deepestJson) return "depth";
      if (values > mostJsonValues) return "values";
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return null;
}

/** The index of the closing quote, or of the end when there is none. */
function endOfString(bytes: Buffer, opening: number): number {
  let from = opening + 1;
  for (;;) {
    const end = bytes.indexOf(quote, from);
    if (end === -1) return bytes.length;
    let slashes = 0;
    while (bytes[end - 1 - slashes] === backslash) slashes += 1;
    if (slashes % 2 === 0) return end;
    from = end + 1;
  }
}
