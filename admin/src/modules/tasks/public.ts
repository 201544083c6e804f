export { CancelTask } from "./CancelTask.tsx";
export { ContinueTask } from "./ContinueTask.tsx";
export { getTasks, useTask } from "./task-api.ts";
export { pauseSentenceOf, taskColumns } from "./task-columns.tsx";
