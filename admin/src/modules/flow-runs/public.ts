export { FlowRunSteps } from "./FlowRunSteps.tsx";
export { getFlowRunsByUnitId, getUnitFlowRuns, mostUnitRuns } from "./flow-run-api.ts";
export {
  flowRunColumns,
  innerRunColumns,
  innerRunColumnsOnPrefect,
  unitRunColumns,
} from "./flow-run-columns.tsx";
export { activityPhraseOf } from "./flow-run-words.ts";
export { useLessonTitles } from "./use-lesson-titles.ts";
