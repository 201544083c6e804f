export { CancelTask } from "./CancelTask.tsx";
export { ContinueTask } from "./ContinueTask.tsx";
export { getTasks } from "./task-api.ts";
export { pauseSentenceOf } from "./task-columns.tsx";
