/** Cyrillic and Greek letters that look like Latin ones, and below each the one it looks like. */
const foreign = "аеорсухіјѕԁһкмтвнοαεικνρτυγη";
const similar = "aeopcyxijsdhkmtbhoaeikvptuyn";
const lookalikes = new Map([...foreign].map((letter, place) => [letter, similar.charAt(place)]));
const lookalike = new RegExp(`[${foreign}]`, "gu");
const digits: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
};

function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .replace(/[^\S\n]+/g, " ")
    .replace(/(?<!\n) ?\n ?(?!\n)/g, " ");
}

const mixed = /[\p{Script=Latin}]/u;

/** Words in which Latin letters stand beside letters that look like Latin ones, all of them Latin. */
function withoutLookalikes(text: string): string {
  return text.replace(/[\p{L}]+/gu, (word) =>
    mixed.test(word) ? word.replace(lookalike, (letter) => lookalikes.get(letter) ?? letter) : word,
  );
}

/** `1gn0re` as `ignore`: digits inside of words as the letters that they look like. */
function withoutDigits(text: string): string {
  return text.replace(/[\p{L}\d@$]{3,}/gu, (word) =>
    /\p{L}/u.test(word) && /[\d@$]/.test(word)
      ? word.replace(/[013457@$]/g, (sign) => digits[sign] ?? sign)
      : word,
  );
}

/** `i g n o r e` and `i-g-n-o-r-e` as `ignore`; two signs between letters part words. */
function withoutGaps(text: string): string {
  return text.replace(
    /(?<![\p{L}])(?:\p{L}[ ._*-]){3,}\p{L}(?![\p{L}])(?:[ ]{2,}(?:\p{L}[ ._*-])*\p{L}(?![\p{L}]))*/gu,
    (run) =>
      run
        .replace(/ {2,}/g, "\n")
        .replace(/[ ._*-]/g, "")
        .replaceAll("\n", " "),
  );
}

const encoded =
  /[A-Za-z0-9+/_-]{24,}={0,2}|(?:[0-9a-fA-F]{2}[ :]?){16,}|(?:%[0-9a-fA-F]{2}){4}[%\w.~+-]{8,}/g;
const mostDecoded = 2_000;

/** What stands in base64, in hexadecimal digits and percent-encoded, where that is text. */
function decoded(text: string): string {
  const found: string[] = [];
  for (const [run] of text.matchAll(encoded)) {
    if (found.length >= mostDecoded) break;
    for (const candidate of [
      Buffer.from(run, "base64"),
      Buffer.from(run.replace(/[ :]/g, ""), "hex"),
      fromPercent(run),
    ]) {
      const words = candidate.toString("utf8");
      if (words.length > 8 && !/[\ufffd\p{Cc}]/u.test(words)) found.push(words);
    }
  }
  return found.join("\n");
}

function fromPercent(run: string): Buffer {
  const bytes = run.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return run.includes("%") ? Buffer.from(bytes, "latin1") : Buffer.alloc(0);
}

/** Each letter 13 further on: the oldest disguise. */
function turned(text: string): string {
  return text.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 84) % 26) + 97));
}

/** Entities of HTML as the characters they stand for. */
function withoutEntities(text: string): string {
  return text
    .replace(/&#x([0-9a-f]{1,6});?/gi, (whole, hex: string) => fromPoint(Number.parseInt(hex, 16), whole))
    .replace(/&#([0-9]{1,7});?/g, (whole, digitsOf: string) =>
      fromPoint(Number.parseInt(digitsOf, 10), whole),
    )
    .replace(
      /&(?:lt|gt|amp|quot);/g,
      (entity) => ({ "&lt;": "<", "&gt;": ">", "&amp;": "&" })[entity] ?? '"',
    );
}

function fromPoint(value: number, otherwise: string): string {
  return value > 0 && value <= 0x10ffff ? String.fromCodePoint(value) : otherwise;
}

/**
 * The text as it may be meant, each reading without accents and in lower case: as it stands, with look-alike letters and digits
 * read as letters, with gaps inside of words closed, backwards, turned by 13 letters, and what is encoded in it.
 */
export function readings(text: string): string[] {
  const asItStands = plain(withoutEntities(text));
  const read = withoutLookalikes(asItStands);
  const inside = decoded(text);
  const all = [
    asItStands,
    read,
    withoutDigits(read),
    withoutGaps(withoutEntities(text).toLowerCase()),
    [...asItStands].reverse().join(""),
    turned(asItStands),
    inside === "" ? "" : plain(inside),
  ];
  return [...new Set(all)].filter((reading) => reading !== "");
}
