import { ApiError, describeError } from "../../api/problem.ts";

/** Why something that was asked for was not done, in place; refused fields with the server's own words. */
export function Refusal({ error }: { error: Error | null }) {
  if (error === null) return null;
  const { title, text } = describeError(error);
  const issues = error instanceof ApiError ? error.issues : [];
  const fields = issues.map(({ field, message }) => `${field}: ${message}`).join("; ");
  return (
    <p role="alert" className="is-bad field-error">
      {title}. {text}
      {fields !== "" && ` (${fields})`}
    </p>
  );
}
