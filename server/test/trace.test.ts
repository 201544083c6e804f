import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { routeAccess } from "../src/http/access.ts";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

interface Line {
  readonly story: string;
  readonly routes: readonly string[];
  readonly pages: readonly string[];
  readonly parts: readonly string[];
  readonly tests: readonly string[];
}

const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");

const lines = read("docs/reference/trace.md")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| story |"))
  .map((line): Line => {
    const [, story = "", places = "", parts = "", tests = ""] = line.split("|");
    const pages = [...places.matchAll(/page `([^`]+)`/g)].map((match) => match[1] ?? "");
    const routes = quoted(places).filter((place) => !pages.includes(place));
    return { story: story.trim(), routes, pages, parts: quoted(parts), tests: quoted(tests) };
  });

/** `GET /content/units/{id}` as the access table names it. */
function accessName(route: string): string {
  const [method = "", address = ""] = route.replace(/\{(\w+)\}/g, ":$1").split(" ");
  const own = `${method} ${address}`;
  return own in routeAccess ? own : `${method} /api/v1${address}`;
}

describe("the trace", () => {
  test("names a component and a test for each story, and nothing that does not exist", () => {
    expect(lines.length).toBeGreaterThan(30);
    for (const { story, parts, tests } of lines) {
      expect(parts, story).not.toEqual([]);
      expect(tests, story).not.toEqual([]);
      for (const file of [...parts, ...tests]) expect(existsSync(path.join(root, file)), file).toBe(true);
      for (const file of tests) expect(file).toMatch(/\.(test|spec)\.tsx?$/);
    }
  });

  test("names routes and pages that exist, and leaves out no route of the API", () => {
    const named = lines.flatMap(({ routes }) => routes.map(accessName));
    expect(named.filter((name) => !(name in routeAccess))).toEqual([]);
    const all = Object.keys(routeAccess).filter((name) => name.includes("/api/v1/"));
    expect(all.filter((name) => !named.includes(name))).toEqual([]);
    const known = [...read("admin/src/routes.tsx").matchAll(/path: "([^"]+)"/g)].map((match) => match[1]);
    expect(lines.flatMap(({ pages }) => pages).filter((page) => !known.includes(page))).toEqual([]);
  });
});
