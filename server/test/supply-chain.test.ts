import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string): unknown => JSON.parse(readFileSync(path.join(root, file), "utf8"));

const { packages } = z
  .object({
    packages: z.record(
      z.string(),
      z.looseObject({
        version: z.string().optional(),
        dev: z.boolean().optional(),
        devOptional: z.boolean().optional(),
        link: z.boolean().optional(),
      }),
    ),
  })
  .parse(read("package-lock.json"));
const installed = Object.entries(packages).flatMap(
  ([place, { version, dev = false, devOptional = false, link = false }]) => {
    const name = place.split("node_modules/").at(-1) ?? "";
    return place.includes("node_modules/") && version !== undefined && !link
      ? [{ name, version, dev: dev || devOptional }]
      : [];
  },
);

const versionNumbers = (version: string) => version.split("-")[0]?.split(".").map(Number) ?? [];
function isAtLeast(version: string, least: string): boolean {
  const [have, need] = [versionNumbers(version), versionNumbers(least)];
  const different = have.findIndex((part, index) => part !== need[index]);
  return different === -1 || (have[different] ?? 0) > (need[different] ?? 0);
}

// npm audit is not answered everywhere; advisories are read once a month and written down as the least safe version.
test("no package is older than the version that its advisories were fixed in", () => {
  const floor = z
    .object({
      checked_on: z.iso.date(),
      packages: z.record(
        z.string(),
        z.object({ at_least: z.string().regex(/^\d+\.\d+\.\d+$/), because: z.string().min(10) }),
      ),
    })
    .parse(read("security/minimum-versions.json"));
  for (const [name, { at_least }] of Object.entries(floor.packages)) {
    const found = installed.filter((entry) => entry.name === name);
    expect(found, `${name} is not installed: take it out of the list`).not.toEqual([]);
    for (const { version } of found)
      expect(isAtLeast(version, at_least), `${name} ${version} < ${at_least}`).toBe(true);
  }
});

test("an older version is told from a newer one by number, not by text", () => {
  expect([
    isAtLeast("4.9.0", "4.12.18"),
    isAtLeast("4.13.0", "4.12.18"),
    isAtLeast("4.12.18", "4.12.18"),
  ]).toEqual([false, true, true]);
});

test("is counted", () => {
  const used = installed.filter(({ dev }) => !dev);
  const direct = ["server", "admin"].map((workspace) => {
    const { dependencies } = z
      .looseObject({ dependencies: z.record(z.string(), z.string()) })
      .parse(read(`${workspace}/package.json`));
    return Object.keys(dependencies);
  });
  const names = new Set(direct.flat());
  for (const name of names) expect(used.map((entry) => entry.name)).toContain(name);
  process.stdout.write(
    `Supply chain: ${names.size} direct and ${used.length} runtime packages in all, ${installed.length - used.length} for development only\n`,
  );
});

test("the bill of materials names exactly what is installed without the tools of development", () => {
  const { components } = z
    .object({ components: z.array(z.looseObject({ purl: z.string(), name: z.string() })) })
    .parse(read("security/sbom.cdx.json"));
  const listed = components
    .map(({ purl }) => decodeURIComponent(purl.replace(/^pkg:npm\//, "")))
    .filter((entry) => !entry.startsWith("@coursewright/"));
  const wanted = installed.filter(({ dev }) => !dev).map(({ name, version }) => `${name}@${version}`);
  expect([...new Set(listed)].sort()).toEqual([...new Set(wanted)].sort());
});
