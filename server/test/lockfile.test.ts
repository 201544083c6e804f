import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

const root = path.resolve(import.meta.dirname, "../..");
const lockfileSchema = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      resolved: z.string().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});
const text = readFileSync(path.join(root, "package-lock.json"), "utf8");
const { packages } = lockfileSchema.parse(JSON.parse(text));

// A registry that lacks the builds for other systems makes npm drop them from the lockfile, and then npm ci
// refuses it on every machine.
test("the lockfile lists the builds of every system, so that a clean install accepts it", () => {
  const missing = Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${place}/node_modules/${name}`],
    ),
  );
  expect(missing).toEqual([]);
});

test("the lockfile names no registry", () => {
  const hosts = Object.values(packages).filter(({ resolved }) => resolved?.includes("://"));
  expect(hosts).toEqual([]);
});

test("the project pins exact versions", () => {
  for (const file of ["package.json", "server/package.json", "admin/package.json"]) {
    const manifest = z
      .looseObject({
        dependencies: z.record(z.string(), z.string()).default({}),
        devDependencies: z.record(z.string(), z.string()).default({}),
        optionalDependencies: z.record(z.string(), z.string()).default({}),
      })
      .parse(JSON.parse(readFileSync(path.join(root, file), "utf8")));
    const versions = {
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    };
    const loose = Object.entries(versions).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    );
    expect(loose, file).toEqual([]);
  }
});
