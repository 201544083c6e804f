/** What other modules may know of content-creator: schemas and types. Its services are injected by app.ts. */
export type { Forecaster, JobOutlook, JobPlan, UsualDuration } from "./forecast/forecast.ts";
export { type Estimate, estimateSchema } from "./retry-options/models.ts";
