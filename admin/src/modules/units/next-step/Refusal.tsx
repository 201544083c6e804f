import { describeError } from "../../../api/problem.ts";
import "../../../ui/form/form.css";

/** Why the server refused, beside the button that asked. */
export function Refusal({ error }: { error: Error | null }) {
  if (error === null) return null;
  const words = describeError(error);
  return (
    <p role="alert" className="is-bad field-error">
      {words.title}. {words.text}
    </p>
  );
}
