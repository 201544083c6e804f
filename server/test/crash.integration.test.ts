import { afterAll, describe, expect, it, vi } from "vitest";
import { createHome, createUnit, readJson, removeHome, startProduct, waitForUnit } from "./product.ts";
import { startTestProvider } from "./provider/provider.ts";

const homes: string[] = [];
afterAll(() => homes.forEach(removeHome));

interface RequestRow {
  readonly id: string;
  readonly status: string;
}

describe("the product killed in the middle of a unit", () => {
  it("finishes the unit after a new start and pays for no completed step again", async () => {
    const home = createHome();
    homes.push(home);
    const latency = { text: 150, object: 150, speech: 150, image: 150 };
    const provider = await startTestProvider({ script: { latency_ms: latency } });
    const settings = {
      COURSEWRIGHT_LLM_BASE_URL: provider.url,
      COURSEWRIGHT_LLM_API_KEY: "test",
      COURSEWRIGHT_TEXT_MODEL: "test-text",
      COURSEWRIGHT_SPEECH_MODEL: "test-speech",
      COURSEWRIGHT_IMAGE_MODEL: "test-image",
    };
    const first = await startProduct(home, settings);
    const unitId = await createUnit(first.url, {
      topic: "How tides work",
      learner_level: "beginner",
      target_lesson_count: 4,
    });
    await vi.waitFor(() => expect(provider.calls().length).toBeGreaterThan(7), {
      timeout: 20_000,
      interval: 5,
    });
    process.kill(first.pid, "SIGKILL");

    const second = await startProduct(home, settings);
    const unit = await waitForUnit(second.url, unitId);
    expect(unit.error_message).toBeNull();
    expect(unit.status).toBe("completed");

    const requests = await readJson<RequestRow[]>(second.url, `/llm/requests?unit_id=${unitId}&limit=200`);
    const calls = provider.calls().filter(({ kind }) => kind !== "models");
    expect(requests.map(({ id }) => id).sort()).toEqual(calls.map((call) => call.client_request_id).sort());
    expect(requests.filter(({ status }) => status === "pending")).toEqual([]);

    // A call with the same body is the same step executed again: only one whose outcome was lost may be.
    const statusById = new Map(requests.map(({ id, status }) => [id, status]));
    const repeated = [...Map.groupBy(calls, ({ body_sha256 }) => body_sha256).values()].filter(
      ({ length }) => length > 1,
    );
    expect(repeated.length).toBeGreaterThan(0);
    for (const sameCalls of repeated) {
      const statuses = sameCalls.map(({ client_request_id }) => statusById.get(client_request_id ?? ""));
      expect(statuses.sort()).toEqual(["completed", "in_doubt"]);
    }
    await second.stop();
    await provider.close();
  }, 120_000);
});
