const mostAttempts = 200;

/** The JSON objects written in a text, outermost only, in order. Gives up after 200 braces that are no JSON. */
export function objectsIn(text: string): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  let start = text.indexOf("{");
  for (let failed = 0; start >= 0 && failed < mostAttempts; ) {
    const end = closingBrace(text, start);
    const value = end === null ? null : parsedObject(text.slice(start, end + 1));
    if (value === null) failed++;
    else found.push(value);
    start = text.indexOf("{", value === null || end === null ? start + 1 : end + 1);
  }
  return found;
}

function parsedObject(text: string): Record<string, unknown> | null {
  try {
    // Holds: text that starts with a brace and is JSON is an object.
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Braces in a prompt need not be JSON; the next pair may be.
    return null;
  }
}

function closingBrace(text: string, start: number): number | null {
  let depth = 0;
  let inText = false;
  for (let index = start; index < text.length; index++) {
    const character = text[index];
    if (character === "\\" && inText) index++;
    else if (character === '"') inText = !inText;
    else if (character === "{" && !inText) depth++;
    else if (character === "}" && !inText && --depth === 0) return index;
  }
  return null;
}
