import { z } from "@hono/zod-openapi";

const moment = z.iso.datetime();
const count = z.number().int();
const counts = z.array(count);
/** One value for each point; null where nothing was measured. */
const values = z.array(z.number().nullable());
const milliseconds = z.number().min(0);

export const metricRanges = ["1h", "24h", "7d", "30d"] as const;
export const resolutions = ["minute", "hour", "day"] as const;

export const metricsQuerySchema = z
  .object({
    range: z.enum(metricRanges).optional().openapi({ description: "Up to now, or up to `to`." }),
    from: z.iso.datetime({ offset: true }).optional(),
    to: z.iso.datetime({ offset: true }).optional(),
  })
  .refine((query) => (query.range === undefined) !== (query.from === undefined), {
    message: "give either a range or `from`",
  })
  .refine(
    (query) =>
      query.from === undefined || Date.parse(query.from) < Date.parse(query.to ?? "9999-01-01T00:00:00Z"),
    {
      message: "`from` has to be before `to`",
    },
  );
export type MetricsQuery = z.infer<typeof metricsQuerySchema>;

const modelUse = {
  requests: count,
  failed: count,
  tokens_input: count,
  tokens_cached: count,
  tokens_output: count,
  /** Null: of every request the cost is unknown. */
  cost_usd: z.number().nullable(),
  /** Requests that were sent and whose cost is not known. */
  cost_unknown: count,
};

/**
 * What happened between `from` and `to`, in equal steps. Every list of values has one value for each point; a point is the
 * beginning of its minute, hour or day (UTC).
 */
export const dashboardMetricsSchema = z
  .object({
    from: moment,
    to: moment,
    resolution: z.enum(resolutions),
    points: z.array(moment),
    /** Jobs that write content, by how they ended. */
    jobs: z.object({ completed: counts, partial: counts, failed: counts, cancelled: counts }),
    /** What was worked off, failures included: units each time that they ended, lessons that were written, steps that really ran. */
    throughput: z.object({ units: counts, lessons: counts, steps: counts }),
    queue: z.object({
      /** Tasks that waited, the most of each point. */
      depth: values,
      running: values,
      capacity: values,
      /** From when they might start to their start. */
      waiting_p50_ms: values,
      waiting_p95_ms: values,
    }),
    /** Of completed steps, from begin to end; as all percentiles at most 5 % off. */
    step_latency: z.object({ p50_ms: values, p95_ms: values, p99_ms: values }),
    /** By step and the model of its last request; slowest p95 first, at most 100. */
    steps: z.array(
      z.object({
        step_name: z.string(),
        provider: z.string().nullable(),
        model: z.string().nullable(),
        completed: count,
        failed: count,
        p50_ms: milliseconds.nullable(),
        p95_ms: milliseconds.nullable(),
        p99_ms: milliseconds.nullable(),
      }),
    ),
    /** How many ended so; further ones were cancelled or are in doubt, and stand in the totals only. */
    requests: z.object({ completed: counts, failed: counts }),
    tokens: z.object({ input: counts, output: counts }),
    cost: z.object({ usd: z.array(z.number()), unknown: counts }),
    /** Most expensive first, at most 50. */
    cost_by_model: z.array(z.object({ provider: z.string(), model: z.string(), ...modelUse })),
    cost_by_stage: z.array(
      z.object({ stage: z.enum(["source", "plan", "lessons", "podcast", "art", "other"]), ...modelUse }),
    ),
    /** Mean of the units that ended in each point with a known cost. */
    cost_per_unit: z.object({ usd: values, units: counts }),
    totals: z.object({
      units: count,
      units_failed: count,
      lessons: count,
      steps: count,
      steps_failed: count,
      requests: count,
      requests_failed: count,
      tokens_input: count,
      tokens_output: count,
      cost_usd: z.number().nullable(),
      cost_unknown: count,
      step_p50_ms: milliseconds.nullable(),
      step_p95_ms: milliseconds.nullable(),
      step_p99_ms: milliseconds.nullable(),
      waiting_p50_ms: milliseconds.nullable(),
      unit_cost_usd: z.number().nullable(),
    }),
  })
  .openapi("DashboardMetrics");
export type DashboardMetrics = z.infer<typeof dashboardMetricsSchema>;
