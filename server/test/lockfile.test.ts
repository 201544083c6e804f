import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

const root = path.resolve(import.meta.dirname, "../..");
const listSchema = z.union([z.array(z.string()), z.string().transform((name) => [name])]).optional();
const lockfileSchema = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
      dev: z.boolean().default(false),
      optional: z.boolean().default(false),
      link: z.boolean().default(false),
      hasInstallScript: z.boolean().default(false),
      os: listSchema,
      cpu: listSchema,
      libc: listSchema,
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

const { workspaces, allowScripts } = z
  .looseObject({ workspaces: z.array(z.string()), allowScripts: z.record(z.string(), z.boolean()) })
  .parse(JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")));

const versionsSchema = z.record(z.string(), z.string()).default({});
const manifestSchema = z.looseObject({
  dependencies: versionsSchema,
  devDependencies: versionsSchema,
  optionalDependencies: versionsSchema,
});
/** Manifests of the project by their place in the lockfile. */
const manifests = ["", ...workspaces].map((place) => {
  const file = path.join(root, place, "package.json");
  return { place, manifest: manifestSchema.parse(JSON.parse(readFileSync(file, "utf8"))) };
});

test("the project pins exact versions", () => {
  for (const { place, manifest } of manifests) {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const versions = { ...dependencies, ...devDependencies, ...optionalDependencies };
    const loose = Object.entries(versions).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    );
    expect(loose, place).toEqual([]);
    for (const unpinned of ["peerDependencies", "bundleDependencies", "bundledDependencies", "overrides"])
      expect(manifest[unpinned], `${unpinned} of ${place || "the root"}`).toBeUndefined();
  }
});

test("the lockfile holds what the manifests pin", () => {
  for (const { place, manifest } of manifests) {
    const locked = manifestSchema.parse(packages[place]);
    for (const kind of ["dependencies", "devDependencies", "optionalDependencies"] as const)
      expect(locked[kind], `${kind} of ${place || "the root"}`).toEqual(manifest[kind]);
  }
});

// A registry that lacks the builds of tools for other systems cannot tell their hashes either.
test("every package is hashed but for builds of development tools that run on other systems only", () => {
  const isElsewhere = ({ dev, optional, os, cpu, libc }: (typeof packages)[string]) =>
    dev &&
    optional &&
    !(
      (os === undefined || os.includes("linux")) &&
      (cpu === undefined || cpu.some((name) => name === "x64" || name === "arm64")) &&
      (libc === undefined || libc.includes("glibc"))
    );
  const unhashed = Object.entries(packages).filter(
    ([place, entry]) =>
      place.includes("node_modules/") &&
      !entry.link &&
      !/^sha512-[A-Za-z0-9+/]{86}==$/.test(entry.integrity ?? "") &&
      !isElsewhere(entry),
  );
  expect(unhashed.map(([place]) => place)).toEqual([]);
});

test("no package runs a script when it is installed, and each that would is refused by name", () => {
  const withScript = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
  const names = withScript.map(([place]) => place.split("node_modules/").at(-1) ?? "");
  expect(allowScripts).toEqual(Object.fromEntries(names.map((name) => [name, false])));
  const setup = readFileSync(path.join(root, "scripts/setup.mjs"), "utf8");
  const installs = [...setup.matchAll(/"ci",[^\]]*\]/g)].map(([words]) => words);
  expect(installs).toHaveLength(1);
  expect(installs[0]).toContain('"--ignore-scripts"');
});
