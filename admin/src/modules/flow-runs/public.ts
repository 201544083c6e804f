export { getFlowRunsByUnitId, getUnitFlowRuns, useFlowRunsOfTask } from "./flow-run-api.ts";
export { flowRunColumns, innerRunColumns } from "./flow-run-columns.tsx";
export { activityPhraseOf } from "./flow-run-words.ts";
