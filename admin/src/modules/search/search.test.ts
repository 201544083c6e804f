import { beforeEach, describe, expect, test } from "vitest";
import { markParts } from "../../ui/value/Marked.tsx";
import { type Command, offerCommands } from "./commands.ts";
import { paletteGroups, remarkOn } from "./palette-entries.ts";
import { readRecentPlaces, rememberPlace } from "./recent-places.ts";
import { type SearchHit, searchableText } from "./search-api.ts";
import { placeOf } from "./search-places.ts";
import { commandsFor, thingAt } from "./use-commands-in-view.ts";

const id = "019a0000-0000-7000-8000-000000000001";
const other = "019a0000-0000-7000-8000-000000000002";
const nothing = { inView: [], savedViews: [], recent: [], role: "admin" as const };

function wordsFor(text: string, offered: Partial<Parameters<typeof offerCommands>[1]> = {}): string[] {
  const groups = offerCommands(text, { ...nothing, ...offered });
  return groups.flatMap((group) => group.commands.map((command) => command.word));
}

describe("commands", () => {
  test("are found by part of their name, pages first", () => {
    expect(wordsFor("unit").slice(0, 2)).toEqual(["Units", "New unit"]);
  });

  test("are offered to those who may do them only", () => {
    expect(wordsFor("users")).toContain("Users");
    expect(wordsFor("users", { role: "operator" })).toEqual([]);
    expect(wordsFor("new unit", { role: "operator" })).toEqual(["New unit"]);
    expect(wordsFor("new unit", { role: "viewer" })).toEqual([]);
    expect(wordsFor("audit", { role: "viewer" })).toEqual([]);
  });

  test("are found by words that are not in their name, and by several words in any order", () => {
    expect(wordsFor("workers")).toEqual(["Tasks"]);
    expect(wordsFor("flow failed")).toEqual(["Failed flow runs"]);
  });

  test("without a text come what is in view, what was visited, the pages and the likely actions", () => {
    const recent: Command[] = [{ key: "r", word: "Tides", icon: "unit", href: "/units/1" }];
    const inView: Command[] = [{ key: "i", word: "Retry this unit…", icon: "reload", href: "/units/1" }];
    const words = wordsFor("", { recent, inView });
    expect(words.slice(0, 3)).toEqual(["Retry this unit…", "Tides", "Dashboard"]);
    expect(words).toContain("New unit");
    expect(words).not.toContain("Failed units");
  });
});

describe("commands for the page that is open", () => {
  const wordsOf = (kind: "unit" | "task" | "flow" | "request", thing: object) =>
    commandsFor(kind, { id, status: "failed", ...thing }, () => undefined).map((command) => command.word);

  test("a failed unit can be retried, one at work cancelled", () => {
    expect(wordsOf("unit", { task_id: other })).toContain("Retry this unit…");
    const atWork = wordsOf("unit", { status: "in_progress", task_id: other });
    expect(atWork).toContain("Cancel the task that is at work here…");
    expect(atWork).not.toContain("Retry this unit…");
  });

  test("a task that is being cancelled is not offered again", () => {
    expect(wordsOf("task", { status: "in_progress", cancel_requested_at: null })).toContain(
      "Cancel this task…",
    );
    expect(wordsOf("task", { status: "in_progress", cancel_requested_at: "2026-11-21T10:00:00Z" })).toEqual(
      [],
    );
  });

  test("a request leads to its unit, flow run and task", () => {
    const request = { unit_id: other, flow_run_id: other, task_id: other };
    expect(wordsOf("request", request)).toEqual(["Open its unit", "Open its flow run", "Open its task"]);
  });

  test("lists have none", () => {
    expect(thingAt("/units")).toBeNull();
    expect(thingAt("/units/new")).toBeNull();
    expect(thingAt(`/units/${id}/lessons/${other}`)).toEqual({
      kind: "unit",
      source: `/content/units/${id}`,
    });
  });
});

describe("what the server found", () => {
  const hit: SearchHit = {
    kind: "step_run",
    id,
    title: "draft_exercises",
    detail: "Tides · lesson 2",
    status: "failed",
    unit_id: null,
    flow_run_id: other,
    matched: "error",
  };

  test("leads to its page: a step to its run, a lesson into its unit", () => {
    expect(placeOf(hit)).toBe(`/flows/${other}?step=${id}`);
    expect(placeOf({ ...hit, kind: "lesson", unit_id: other })).toBe(`/units/${other}/lessons/${id}`);
  });

  test("says why it was found and offers the list when there is more", () => {
    const task: SearchHit = { ...hit, kind: "task" };
    const answer = {
      query: "timed out",
      groups: [
        { kind: "step_run" as const, hits: [hit], has_more: true },
        { kind: "task" as const, hits: [task], has_more: true },
      ],
    };
    const [steps, tasks] = paletteGroups([], answer);
    expect(steps?.entries).toHaveLength(1);
    expect(steps?.entries[0]).toMatchObject({ note: "by its error · Tides · lesson 2", status: "failed" });
    expect(tasks?.entries[1]).toMatchObject({ word: "All tasks that fit", href: "/tasks?q=timed+out" });
  });

  test("an empty answer, a pause and a failure are told apart", () => {
    const state = { text: "tides", searching: false, failure: null, count: 0 };
    expect(remarkOn(state)).toMatch(/^Nothing has this/);
    expect(remarkOn({ ...state, searching: true })).toBe("Searching…");
    const failure = { title: "The server does not answer", text: "Nothing is lost." };
    expect(remarkOn({ ...state, failure })).toMatch(/^The search did not work\. The server does not answer/);
    expect(remarkOn({ ...state, count: 2 })).toBeNull();
  });

  test("is asked for without control characters and not at any length", () => {
    expect(searchableText(" a\u0000b\n")).toBe("ab");
    expect(searchableText("x".repeat(500))).toHaveLength(200);
  });
});

describe("the marked part of a title", () => {
  const marked = (text: string, wanted: string) =>
    markParts(text, wanted).map((part) => (part.fits ? `[${part.text}]` : part.text));

  test("is every place that holds the words, whatever their case", () => {
    expect(marked("Tides and tide pools", "TIDE")).toEqual(["[Tide]", "s and ", "[tide]", " pools"]);
  });

  test("is nothing where the text is not in it, and markup stays text", () => {
    expect(marked("<b>Tides</b>", "moon")).toEqual(["<b>Tides</b>"]);
    expect(marked("a.c", ".")).toEqual(["a", "[.]", "c"]);
  });
});

describe("places visited last", () => {
  beforeEach(() => sessionStorage.clear());

  test("the newest comes first, and each only once", () => {
    const place = (href: string) => ({ href, word: href, kind: "unit", icon: "unit" as const });
    for (const href of ["/units/1", "/units/2", "/units/1"]) rememberPlace(place(href));
    expect(readRecentPlaces().map(({ href }) => href)).toEqual(["/units/1", "/units/2"]);
  });

  test("somebody else's text in the store is ignored", () => {
    sessionStorage.setItem("coursewright.recent-places", '[{"href":"javascript:alert(1)"},7]');
    expect(readRecentPlaces()).toEqual([]);
    sessionStorage.setItem("coursewright.recent-places", "{");
    expect(readRecentPlaces()).toEqual([]);
  });
});
