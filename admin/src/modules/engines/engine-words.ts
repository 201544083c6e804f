import type { Connection, EngineAction } from "../../api/engine-rows.ts";
import type { IconName } from "../../ui/icon/icon-shapes.tsx";
import type { Tone } from "../../ui/status/status-tone.ts";

/** How something stands: its colour family, mark and word. */
type EngineLook = { tone: Tone; icon: IconName; word: string };

const healthLooks: Readonly<Record<Connection["health"], EngineLook>> = {
  live: { tone: "ok", icon: "check", word: "live" },
  polling: { tone: "ok", icon: "clock", word: "polling" },
  connecting: { tone: "run", icon: "half", word: "connecting" },
  down: { tone: "bad", icon: "cross", word: "down" },
  auth_failed: { tone: "bad", icon: "cross", word: "auth failed" },
  incompatible: { tone: "bad", icon: "cross", word: "incompatible version" },
  disabled: { tone: "idle", icon: "slash", word: "disabled" },
};

/** How a connection stands. */
export function connectionLook(health: Connection["health"]): EngineLook {
  return healthLooks[health];
}

/** Whether nothing is read from it although it should be. */
export function isOut(connection: Pick<Connection, "health">): boolean {
  return healthLooks[connection.health].tone === "bad";
}

const outages: Readonly<Partial<Record<Connection["health"], string>>> = {
  down: "does not answer",
  auth_failed: "does not accept the credentials",
  incompatible: "has a version that is not supported",
};

/** What is wrong with it as the end of a sentence: `does not answer`; empty while it can be read. */
export function outageWords(health: Connection["health"]): string {
  return outages[health] ?? "";
}

const actionLooks: Readonly<Record<EngineAction["status"], EngineLook>> = {
  pending: { tone: "run", icon: "half", word: "on its way" },
  sent: { tone: "run", icon: "half", word: "asked" },
  accepted: { tone: "ok", icon: "check", word: "accepted" },
  refused: { tone: "bad", icon: "cross", word: "refused" },
  unknown: { tone: "warn", icon: "triangle", word: "answer lost" },
  expired: { tone: "warn", icon: "triangle", word: "expired" },
};

/** How something that was asked of Prefect stands. */
export function actionLook(status: EngineAction["status"]): EngineLook {
  return actionLooks[status];
}
