import { sql } from "kysely";
import { expect, test, vi } from "vitest";
import {
  countTasks,
  insertFailedUnits,
  outage,
  writtenByModels,
} from "../../../../test/builders/failed-units.ts";
import { createTestDatabase } from "../../../../test/database.ts";
import { waitFor } from "../../../../test/engine/harness.ts";
import { ask, createHome, readJson, removeHome, startProduct } from "../../../../test/product.ts";
import { modelSettings } from "../../../../test/provider/model-settings.ts";
import { startTestProvider } from "../../../../test/provider/provider.ts";
import type { Incident } from "./models.ts";

vi.setConfig({ testTimeout: 120_000 });
const waitMs = 90_000;

test("a recovery whose process is killed goes on after a new start and resumes no unit twice", async () => {
  const provider = await startTestProvider();
  const own = await createTestDatabase({ max: 5 });
  const home = createHome();
  try {
    const units = await insertFailedUnits(own.database, 12, outage, "Tides", writtenByModels);
    const settings = { DATABASE_URL: own.url, ...modelSettings(provider) };
    const first = await startProduct(home, settings);
    const read = (url: string) => readJson<Incident[]>(url, "/admin/incidents");
    const [incident] = await waitFor(
      () => read(first.url),
      ([found]) => found?.unit_count_unrepaired === 12,
    );
    const answer = await ask(first.url, `/admin/incidents/${incident?.id}/recover`, { method: "POST" });
    expect(answer.status).toBe(202);
    // In the middle: tasks of the last wave exist, and not all of them have ended.
    await waitFor(
      () => read(first.url),
      ([found]) => found?.recovery?.wave === 3,
      waitMs,
    );
    process.kill(first.pid, "SIGKILL");
    const { rows } = await sql<{ state: string; unfinished: number }>`
      SELECT r.state, (SELECT count(*)::int FROM incident_recovery_items WHERE state IN ('pending', 'running')) AS unfinished
      FROM incident_recoveries r`.execute(own.database);
    expect(rows[0]?.state).toBe("running");
    expect(rows[0]?.unfinished).toBeGreaterThan(0);
    const second = await startProduct(home, settings);
    const [ended] = await waitFor(
      () => read(second.url),
      ([found]) => found?.recovery?.state !== "running",
      waitMs,
    );
    expect(ended?.recovery).toMatchObject({ state: "completed", total: 12 });
    expect(ended).toMatchObject({ status: "resolved", resolved_because: "recovered" });
    expect(await countTasks(own.database, units)).toEqual({ 2: 12 });
    await second.stop();
  } finally {
    await own.close();
    await provider.close();
    removeHome(home);
  }
});
