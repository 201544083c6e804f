import { expect, it } from "vitest";
import { createMirrorWorld } from "../../../../test/prefect/mirror-world.ts";
import { createPrefectModel } from "../../../../test/prefect/prefect-model.ts";
import { applyReading } from "./apply.ts";

it("takes no second connection to the database inside a transaction: many mirrors would wait for each other", async () => {
  const world = await createMirrorWorld({ poolSize: 1 });
  try {
    const model = createPrefectModel();
    const { id } = model.addRun();
    model.setRunState(id, "RUNNING");
    const context = world.contextFor(model.client);
    await applyReading(world.mirror, context, { runs: [...model.runs.values()] });
    expect(await world.runs.findRuns(world.connection.id, [id])).toMatchObject([{ status: "running" }]);
  } finally {
    await world.close();
  }
}, 8_000);
