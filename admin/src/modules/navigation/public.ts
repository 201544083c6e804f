export { HealthIcon, HealthMark } from "./HealthDot.tsx";
export { useHealth } from "./health.ts";
export {
  nameOfHealthPart,
  stateWordOf,
  toneOfHealth,
  wholeOfParts,
  worstFirst,
} from "./health-words.ts";
