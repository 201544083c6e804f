/** PostgreSQL stores neither U+0000 nor half a surrogate pair: both become U+FFFD. */
export function storableText(text: string): string {
  return text.replaceAll("\u0000", "\uFFFD").toWellFormed();
}

/** The JSON text of a value whose texts are made storable, names of fields included; nothing is cut. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "string") return storableText(part);
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    const names = Object.keys(part);
    if (names.every((name) => storableText(name) === name)) return part;
    return Object.fromEntries(Object.entries(part).map(([name, own]) => [storableText(name), own]));
  });
}
