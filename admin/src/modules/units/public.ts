export { useRetryUnit } from "./next-step/use-retry-unit.ts";
export { stripStageOf } from "./strip-stage.ts";
export { unitColumns } from "./unit-columns.tsx";
