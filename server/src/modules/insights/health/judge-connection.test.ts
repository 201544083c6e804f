import { describe, expect, it } from "vitest";
import { judgeConnection } from "./judge-connection.ts";
import type { EngineFacts } from "./repo.ts";

const engine: EngineFacts = {
  name: "Cellar",
  health: "live",
  health_reason: null,
  since: "2026-01-02T09:00:00.000Z",
  version_found: "3.8.8",
  last_sync_at: "2026-01-02T10:00:00.000Z",
};

describe("the health of a connection", () => {
  it.each([
    ["live", "ok"],
    ["polling", "warn"],
    ["down", "bad"],
    ["auth_failed", "bad"],
    ["incompatible", "bad"],
    ["connecting", "idle"],
  ] as const)("%s is %s, under the connection's name and since the connection says", (health, state) => {
    const part = judgeConnection({ ...engine, health });
    expect(part).toMatchObject({ kind: "connection", name: "Cellar", state, since: engine.since });
    expect(part.sentence).toMatch(/\.$/);
    expect(part.meaning === "").toBe(state === "ok" || state === "idle");
  });

  it("says why, and that the rows stay as of the last reading", () => {
    const down = judgeConnection({
      ...engine,
      health: "down",
      health_reason: "Connection refused at 127.0.0.1:4200",
    });
    expect(down.sentence).toBe("Connection refused at 127.0.0.1:4200.");
    expect(down.meaning).toContain("as they were at 10:00:00 UTC; nothing fails because of that");
    const never = judgeConnection({ ...engine, health: "down", last_sync_at: null });
    expect(never.meaning).toContain("Nothing of it was read yet");
    expect(judgeConnection({ ...engine, health_reason: "No deployment coursewright/run-task" }).state).toBe(
      "warn",
    );
  });
});
