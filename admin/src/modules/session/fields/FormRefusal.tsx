import { ApiError, describeError } from "../../../api/problem.ts";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { waitWords } from "./use-wait.ts";

type FormRefusalProps = {
  error: Error | null;
  /** Seconds until it may be tried again. */
  waitS?: number;
  /** Codes whose words stand at a field already. */
  elsewhere?: readonly string[];
};

/** Why a form was not taken, in the form. */
export function FormRefusal({ error, waitS = 0, elsewhere = [] }: FormRefusalProps) {
  if (error === null || (error instanceof ApiError && elsewhere.includes(error.code))) return null;
  const { title, text } = describeError(error);
  const limited = error instanceof ApiError && error.status === 429;
  if (limited && waitS === 0) return null;
  return (
    <div className="form-refusal is-bad" role="alert">
      <Icon name="cross" small />
      <span>
        {limited ? (
          <>
            Too many attempts. Try again in <span className="no-wrap">{waitWords(waitS)}</span>.
          </>
        ) : (
          `${title}. ${text}`
        )}
      </span>
    </div>
  );
}

/** What the server says against one field of a form; undefined when nothing. `codes` speak of the field as a whole. */
export function issueOf(
  error: Error | null,
  field: string,
  codes: readonly string[] = [],
): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  if (codes.includes(error.code)) return error.detail === "" ? error.title : error.detail;
  return error.issues.find((issue) => issue.field === field)?.message;
}
