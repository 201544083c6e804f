import type { ApiRows } from "./client.ts";

/** The whole monitor, now or at a past moment. */
export type CourseGeneration = ApiRows["course_generation"];
/** A job that a worker executes. */
export type ActiveJob = CourseGeneration["active_jobs"][number];
/** How many of a job's steps are done. */
export type JobProgress = ActiveJob["progress"];
/** What is to be expected of a job. */
export type JobForecast = NonNullable<ActiveJob["forecast"]>;
/** One lesson of a job with its steps. */
export type MonitorLane = ActiveJob["lanes"][number];
/** One stage of a job. */
export type MonitorStage = ActiveJob["stages"][number];
/** A step that runs now, with what the same step usually takes. */
export type CurrentStep = ActiveJob["current_steps"][number];
/** A job that waits for a worker, to be claimed again or for a person. */
export type QueuedJob = CourseGeneration["queued_jobs"][number];
/** A job that ended. */
export type FinishedJob = CourseGeneration["history"][number];
/** The figures on top of the monitor. */
export type MonitorFigures = CourseGeneration["figures"];
/** An alert that fires now. */
export type FiringAlert = CourseGeneration["alerts"][number];
/** One part of health with since when and what it means. */
export type HealthPart = CourseGeneration["health"][number];
/** All parts of health. */
export type SystemHealth = ApiRows["system_health"];
/** Numbers over time, one value for each point. */
export type DashboardMetrics = ApiRows["dashboard_metrics"];
/** Failures with one cause. */
export type Incident = ApiRows["incident"];
/** One incident with its units and what a recovery would do. */
export type IncidentDetails = ApiRows["incident_details"];
/** An alert with its rule and receivers. */
export type Alert = ApiRows["alert"];
/** One message to one receiver. */
export type AlertDelivery = ApiRows["alert_delivery"];
