export { HealthMark } from "./HealthDot.tsx";
export { useHealth } from "./health.ts";
