import type { IconName } from "../icon/icon-shapes.tsx";

/** Colour family of a mark. */
export type Tone = "run" | "ok" | "warn" | "bad" | "idle";

/** How one status is shown: never by colour alone. */
export type StatusLook = { tone: Tone; icon: IconName; word: string; struck?: boolean };

const looks: Record<string, StatusLook> = {
  pending: { tone: "idle", icon: "hollow", word: "pending" },
  draft: { tone: "idle", icon: "hollow", word: "draft" },
  not_begun: { tone: "idle", icon: "hollow", word: "not begun" },
  to_review: { tone: "idle", icon: "hollow", word: "to review" },
  running: { tone: "run", icon: "half", word: "running" },
  in_progress: { tone: "run", icon: "half", word: "in progress" },
  paused: { tone: "warn", icon: "bars", word: "paused" },
  completed: { tone: "ok", icon: "check", word: "completed" },
  approved: { tone: "ok", icon: "check", word: "approved" },
  reused: { tone: "ok", icon: "check", word: "reused" },
  partial: { tone: "warn", icon: "triangle", word: "partial" },
  retry: { tone: "warn", icon: "triangle", word: "waiting to go on" },
  healthy: { tone: "ok", icon: "check", word: "healthy" },
  stopped: { tone: "idle", icon: "slash", word: "stopped" },
  dead: { tone: "bad", icon: "cross", word: "dead" },
  done: { tone: "ok", icon: "check", word: "done" },
  refused: { tone: "warn", icon: "triangle", word: "refused" },
  retried: { tone: "warn", icon: "triangle", word: "retried" },
  suspect: { tone: "warn", icon: "triangle", word: "suspect" },
  failed: { tone: "bad", icon: "cross", word: "failed" },
  rejected: { tone: "bad", icon: "cross", word: "rejected" },
  in_doubt: { tone: "bad", icon: "cross", word: "in doubt" },
  cancelled: { tone: "idle", icon: "slash", word: "cancelled", struck: true },
};

/** Mark, word and colour of a status. A status from a newer server is shown by its own name rather than hidden. */
export function lookOfStatus(status: string): StatusLook {
  return looks[status] ?? { tone: "idle", icon: "hollow", word: status.replaceAll("_", " ") };
}
