import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

/** Our own source without its tests: path below the root, and text. */
const sources = ["server/src", "admin/src"].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
    .map((file) => {
      const place = path.posix.join(folder, file);
      return { place, text: readFileSync(path.join(root, place), "utf8") };
    }),
);

/** SQL that is not given as a fixed text with parameters: what stands in `sql.lit`, or is put together. */
function looseSql(text: string): string[] {
  const raw = [...text.matchAll(/\bsql\.raw\(\s*(?!"[^"]*"|`[^`$]*`)([^)]*)/g)].map(
    ([, given]) => `raw ${given}`,
  );
  const literal = [...text.matchAll(/\bsql\.lit\(\s*(?!\d+\s*\))([^)]*)/g)].map(
    ([, given]) => `lit ${given}`,
  );
  const queries = [...text.matchAll(/\.query\(\s*(?:`[^`]*\$\{([^}]*)\}|"[^"]*"\s*\+\s*(\w+))/g)].map(
    ([, inserted, added]) => `query ${inserted ?? added}`,
  );
  return [...raw, ...literal, ...queries];
}

/** Names that are constants of the source, or one of a few words that the schema of the route admits. */
const knownSql = [
  "server/src/modules/audit/repo/reading.ts: lit result",
  "server/src/modules/insights/metrics/repo.ts: lit entity",
  "server/src/modules/insights/metrics/repo.ts: lit status",
  "server/src/modules/prefect/carriers/repo.ts: lit carriedQueue",
  "server/src/modules/task-queue/repo/reading.ts: lit filter.mode",
  "server/src/modules/task-queue/worker/wake-up.ts: query taskChannel",
  "server/src/platform/embedded-postgres/supervisor.ts: query databaseName",
  "server/src/platform/listener.ts: query channel",
  "server/src/platform/live-notifier.ts: query liveChannel",
  "server/src/platform/newest-ids.ts: lit mostFew",
];

/** Text that would run as code, or be read by something that makes more than plain values of it. */
const running =
  /\beval\s*\(|\bnew\s+Function\b|(?<![\w.])Function\(|["'](?:node:)?(?:vm|v8)["']|\.deserialize\(|\bset(?:Timeout|Interval)\(\s*["'`]|from ["'](?:js-)?yaml["']/g;

/** Text that would become markup. */
const markup =
  /\b(?:inner|outer)HTML\s*=|dangerouslySetInnerHTML|insertAdjacentHTML|document\.write|srcdoc|DOMParser|createContextualFragment/g;

function findAll(pattern: RegExp): string[] {
  return sources.flatMap(({ place, text }) =>
    [...text.matchAll(pattern)].map(([found]) => `${place}: ${found}`),
  );
}

describe("the source", () => {
  it("is all there", () => {
    expect(sources.length).toBeGreaterThan(500);
  });

  it("gives the database fixed texts and parameters, but for a few constants", () => {
    const found = sources.flatMap(({ place, text }) => looseSql(text).map((what) => `${place}: ${what}`));
    expect([...new Set(found)].sort()).toEqual(knownSql);
  });

  it("runs no text as code, and reads what comes from outside as JSON only", () => {
    expect(findAll(running)).toEqual([]);
  });

  it("makes markup of a text in one place, which cleans it", () => {
    expect(findAll(markup).sort()).toEqual([
      "admin/src/ui/content/MarkdownText.tsx: dangerouslySetInnerHTML",
      "admin/src/ui/content/markdown-html.ts: innerHTML =",
    ]);
  });
});

describe("these rules", () => {
  it.each([
    ["sql.raw(given)", "raw given"],
    ["sql.raw(`id = ${" + "id}`)", "raw `id = ${" + "id}`"],
    ["sql.lit(name)", "lit name"],
    ["client.query(`SELECT ${" + "name}`)", "query name"],
    ['client.query("SELECT " + name)', "query name"],
  ])("see SQL in %s", (text, seen) => expect(looseSql(text)).toEqual([seen]));

  it.each([
    'sql.raw("a.id")',
    "sql.raw(`a\n.id`)",
    "sql.lit(160)",
    "sql`id = ${" + "id}`",
    "client.query(`SELECT 1`)",
  ])("let %j pass", (text) => expect(looseSql(text)).toEqual([]));

  it.each(["eval(text)", "new Function(text)", 'import vm from "node:vm"', 'setTimeout("run()", 1)'])(
    "see code in %s",
    (text) => expect(text.match(running)).not.toBeNull(),
  );

  it.each(["place.innerHTML = text", "<p dangerouslySetInnerHTML={html} />", "new DOMParser()"])(
    "see markup in %s",
    (text) => expect(text.match(markup)).not.toBeNull(),
  );
});
