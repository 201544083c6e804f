export { llmRequestColumns, modelOf } from "./llm-request-columns.tsx";
