import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "boundaries-"));
  await cp(path.join(root, ".dependency-cruiser.mjs"), path.join(folder, ".dependency-cruiser.mjs"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function plant(files: Readonly<Record<string, string>>): Promise<void> {
  await rm(path.join(folder, "server"), { recursive: true, force: true });
  for (const [file, text] of Object.entries(files)) {
    const full = path.join(folder, file);
    await mkdir(path.dirname(full), { recursive: true });
    await writeFile(full, text);
  }
}

/** Names of the violated rules. */
async function violations(): Promise<string[]> {
  const program = path.join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
  const arguments_ = [program, "server/src", "--config", ".dependency-cruiser.mjs", "--output-type", "json"];
  const { stdout } = await run(process.execPath, arguments_, { cwd: folder, maxBuffer: 1e8 }).catch(
    // It exits with the number of violations; its report stands on standard output all the same.
    (error: { stdout: string }) => error,
  );
  const report: { summary: { violations: { rule: { name: string } }[] } } = JSON.parse(stdout);
  return report.summary.violations.map(({ rule }) => rule.name);
}

const moduleFile = "server/src/modules/media/service.ts";

describe("the import rules", () => {
  it("let a clean tree pass", async () => {
    await plant({
      "server/src/platform/clock.ts": "export const now = () => Date.now();\n",
      [moduleFile]: 'import { now } from "../../platform/clock.ts";\nexport const later = () => now() + 1;\n',
    });
    expect(await violations()).toEqual([]);
  });

  it("see a forbidden import", async () => {
    await plant({
      [moduleFile]: "export const media = 1;\n",
      "server/src/platform/clock.ts":
        'import { media } from "../modules/media/service.ts";\nexport const now = media;\n',
    });
    expect(await violations()).toContain("platform-imports-nothing-of-ours");
  });

  it("see a forbidden import of a type alone", async () => {
    await plant({
      [moduleFile]: "export type Media = string;\n",
      "server/src/platform/clock.ts":
        'import type { Media } from "../modules/media/service.ts";\nexport const now = (media: Media) => media;\n',
    });
    expect(await violations()).toContain("platform-imports-nothing-of-ours");
  });

  it("see one module reaching behind another's door", async () => {
    await plant({
      "server/src/modules/task-queue/repo.ts": "export const tasks = 1;\n",
      "server/src/modules/llm/service.ts":
        'import { tasks } from "../task-queue/repo.ts";\nexport const all = tasks;\n',
    });
    expect(await violations()).toContain("llm-imports");
  });

  it("see routes that read the database themselves", async () => {
    await plant({
      "server/src/modules/media/repo.ts": "export const rows = 1;\n",
      "server/src/modules/media/routes.ts": 'import { rows } from "./repo.ts";\nexport const all = rows;\n',
    });
    expect(await violations()).toContain("no-repo-from-routes");
  });
});
