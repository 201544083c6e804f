/** Name of the tasks that write units; shown as Task Type. */
export const unitCreationTask = "unit_creation";

/** Name of the tasks that write one lesson of a unit anew. */
export const lessonRegenerationTask = "lesson_regeneration";

/** Name of the tasks that send a recorded LLM request again. */
export const llmReplayTask = "llm_replay";

/** Name of the tasks that cancel, retry or resume many things. */
export const bulkActionTask = "bulk_action";
