// npm run reference: writes docs/reference/settings.md and errors.md from the source. With --check it writes nothing
// and fails when they differ.
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { settingNotes, settingSchemas } from "../server/src/config-settings.ts";

const root = path.resolve(import.meta.dirname, "..");
const source = path.join(root, "server/src");
const target = path.join(root, "docs/reference");
const { values } = parseArgs({ options: { check: { type: "boolean" } } });

const pages = { "settings.md": settingsPage(), "errors.md": await errorsPage() };
mkdirSync(target, { recursive: true });
for (const [name, text] of Object.entries(pages)) {
  const file = path.join(target, name);
  if (!values.check) writeFileSync(file, text);
  else if (readOrNothing(file) !== text) {
    console.error(`docs/reference/${name} differs from the source: run npm run reference.`);
    process.exitCode = 1;
  }
}

function readOrNothing(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function settingsPage() {
  const rows = Object.entries(settingSchemas).map(([name, schema]) => {
    const notes = settingNotes.get(schema);
    if (notes === undefined) throw new Error(`${name} has no notes`);
    return [`\`${name}\``, notes.unset, notes.secret ? `${notes.meaning} (secret)` : notes.meaning];
  });
  return page(
    "Settings",
    "Environment variables, read once at the start of a process. `coursewright config` prints the values in force, " +
      "without secrets. An empty variable counts as not set; an unknown `COURSEWRIGHT_*` name ends the program.",
    table(["name", "when not set", "meaning"], rows),
  );
}

/** Imports every file that defines errors; one that keeps its table to itself would be missed, so that fails. */
async function errorsPage() {
  const files = globSync("**/*.ts", { cwd: source }).filter((file) => !file.endsWith(".test.ts"));
  const parts = [];
  for (const file of files.sort()) {
    const expected = readFileSync(path.join(source, file), "utf8").split(/= defineErrors\(/).length - 1;
    if (expected === 0) continue;
    const exported = Object.values(await import(pathToFileURL(path.join(source, file)).href));
    const tables = exported.filter((value) => typeof value?.create === "function" && "definitions" in value);
    if (tables.length !== expected) throw new Error(`${file} does not export its table of errors`);
    parts.push({
      place: placeOf(file),
      definitions: tables.flatMap((each) => Object.entries(each.definitions)),
    });
  }
  const sections = parts.map(({ place, definitions }) => {
    const rows = definitions
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([code, { status, retryable, title }]) => [
        `\`${code}\``,
        status,
        retryable ? "yes" : "no",
        title,
      ]);
    return `## ${place}\n\n${table(["code", "HTTP", "may work when repeated", "title"], rows)}`;
  });
  return page(
    "Errors",
    "Every failure of the API is a problem (RFC 9457): `code` is stable, `detail` says what to do. The same codes stand " +
      "in `error_code` of tasks, flow runs, steps, LLM requests and lessons.",
    sections.join("\n"),
  );
}

function placeOf(file) {
  return file.replace(/^modules\//, "").replace(/\/errors\.ts$|\.ts$/, "");
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}

function page(title, text, body) {
  return `<!-- Written by scripts/reference.mjs from the source. -->\n# ${title}\n\n${text}\n\n${body}`;
}
