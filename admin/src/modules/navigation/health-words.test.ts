import { expect, test } from "vitest";
import type { HealthPart } from "../../api/monitor-rows.ts";
import { ApiError, OutageError } from "../../api/problem.ts";
import { authorLine } from "./health.ts";
import { judgeHealth, stateWordOf, wholeOfParts, worstFirst } from "./health-words.ts";

function partOf(kind: HealthPart["kind"], state: HealthPart["state"], fields: Partial<HealthPart> = {}) {
  const part: HealthPart = {
    kind,
    name: kind,
    state,
    since: null,
    until: null,
    sentence: `${kind} ${state}`,
    meaning: "",
    ...fields,
  };
  return part;
}

const well = [partOf("api", "ok"), partOf("database", "ok"), partOf("queue", "ok"), partOf("workers", "ok")];
const limited = partOf("provider", "warn", { name: "openai/gpt-4.1", meaning: "4 steps wait." });

test.each([
  ["all well", well],
  ["openai/gpt-4.1 is limited", [...well, limited]],
  ["no worker is alive, 1 more", [...well, limited, partOf("workers", "bad")]],
  ["a worker is silent", [partOf("workers", "warn")]],
  ["database is away, 2 more", [limited, partOf("workers", "bad"), partOf("database", "bad")]],
  ["all well", [...well, partOf("connection", "idle", { name: "prefect" })]],
  ["Cellar cannot be read", [...well, partOf("connection", "bad", { name: "Cellar" })]],
  ["all well", []],
])("the worst part names the whole: %s", (word, parts) => {
  expect(wholeOfParts(parts).word).toBe(word);
});

test("the whole says what its worst part means", () => {
  expect(wholeOfParts([limited])).toMatchObject({ tone: "warn", sentence: "4 steps wait." });
  expect(wholeOfParts([partOf("queue", "warn")])).toMatchObject({ sentence: "queue warn" });
});

test("faults stand before what is well, and the cause before what follows from it", () => {
  const order = worstFirst([partOf("api", "ok"), limited, partOf("queue", "bad"), partOf("database", "bad")]);
  expect(order.map(({ kind }) => kind)).toEqual(["database", "queue", "provider", "api"]);
});

const refused = (status: number) =>
  new ApiError({
    status,
    code: "database_unavailable",
    title: "Database unavailable",
    detail: "",
    request_id: null,
    issues: [],
  });

test.each([
  ["server is away", { error: new OutageError("no answer"), parts: well, connection: "live" }],
  ["database is away", { error: refused(503), parts: well, connection: "down" }],
  ["health is unknown", { error: refused(500), parts: well, connection: "live" }],
  ["asking", { error: null, parts: undefined, connection: "down" }],
  ["pages are not live", { error: null, parts: well, connection: "reconnecting" }],
  ["no worker is alive", { error: null, parts: [partOf("workers", "bad")], connection: "reconnecting" }],
  ["all well", { error: null, parts: well, connection: "connecting" }],
])("a page says %s", (word, facts) => {
  expect(judgeHealth(facts).word).toBe(word);
});

test("each state has a word of its own", () => {
  expect(stateWordOf(partOf("database", "ok"))).toBe("well");
  expect(stateWordOf(partOf("database", "bad"))).toBe("down");
  expect(stateWordOf(partOf("queue", "warn"))).toBe("impaired");
  expect(stateWordOf(limited)).toBe("limited");
  expect(stateWordOf(partOf("workers", "idle"))).toBe("not in use");
  expect(
    (["ok", "idle", "warn", "bad"] as const).map((state) => stateWordOf(partOf("connection", state))),
  ).toEqual(["live", "connecting", "impaired", "not read"]);
});

test("the offline author is no model, which is no fault", () => {
  const authors = {
    authors: { text: "offline", speech: "offline", image: "offline" },
    models: { text: null, speech: null, image: null },
    topic_needs_source: true,
    guidance: "",
  } as const;
  expect(authorLine(authors)).toEqual({
    name: "Author",
    tone: "idle",
    words: "the offline author, no AI model",
  });
});
