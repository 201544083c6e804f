/** Every status of a flow run and of a step; the SQL checks hold the same words (a test compares them). */
export const flowRunStatuses = ["pending", "running", "paused", "completed", "failed", "cancelled"] as const;
