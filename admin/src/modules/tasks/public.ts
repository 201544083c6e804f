export { CancelTask } from "./CancelTask.tsx";
export { ContinueTask } from "./ContinueTask.tsx";
export { useTask, useWorkers } from "./task-api.ts";
export { pauseSentenceOf, taskColumns } from "./task-columns.tsx";
export { taskTitleOf } from "./task-words.ts";
export { shownWorkersOf } from "./WorkersCard.tsx";
