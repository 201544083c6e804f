/** Whether another result of the same key was committed first: the normal way to lose a race for a step. */
export function isUniqueViolation(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    error.code === "23505" &&
    "constraint" in error &&
    error.constraint === "flow_step_runs_memo"
  );
}
