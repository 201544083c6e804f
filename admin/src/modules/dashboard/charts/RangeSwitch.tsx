import { type FormEvent, useState } from "react";
import { Segmented } from "../../../ui/disclosure/Tabs.tsx";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { momentOf, toLocalInput } from "../../lists/public.ts";
import { type MetricsRange, rangeChoices } from "./metrics-range.ts";
import "../../../ui/form/form.css";

const dayMs = 86_400_000;

/** Chooses the stretch of time that the charts show; it is kept in the page's address. */
export function RangeSwitch({ range }: { range: MetricsRange }) {
  const [, change] = useSearchParams();
  const choose = (kind: string) => {
    if (kind !== "custom") return change({ range: kind === "24h" ? "" : kind, from: "", to: "" });
    if (range.kind !== "custom")
      change({ range: "custom", from: new Date(Date.now() - dayMs).toISOString(), to: "" });
  };
  return (
    <Segmented label="Range of the charts" options={[...rangeChoices]} value={range.kind} onChange={choose} />
  );
}

/** What is wrong with two moments as they were entered; null when nothing is. */
export function wrongRange(from: string, to: string): string | null {
  const begin = momentOf(from);
  if (begin === null) return "Say when the range begins.";
  const end = to === "" ? null : momentOf(to);
  if (to !== "" && end === null) return "The end is not a time.";
  if (end !== null && Date.parse(end) <= Date.parse(begin)) return "The end lies before the beginning.";
  return null;
}

/** Two moments in local time; without an end the range goes up to now. */
export function CustomRange({ range }: { range: Extract<MetricsRange, { kind: "custom" }> }) {
  const [, change] = useSearchParams();
  const [from, setFrom] = useState(() => toLocalInput(range.from));
  const [to, setTo] = useState(() => toLocalInput(range.to));
  const [wrong, setWrong] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const reason = wrongRange(from, to);
    setWrong(reason);
    if (reason === null) change({ range: "custom", from: momentOf(from) ?? "", to: momentOf(to) ?? "" });
  };
  return (
    <form className="custom-range" onSubmit={submit}>
      <label>
        From
        <input
          className="input"
          type="datetime-local"
          value={from}
          aria-invalid={wrong !== null}
          onChange={(event) => setFrom(event.target.value)}
        />
      </label>
      <label>
        to
        <input
          className="input"
          type="datetime-local"
          value={to}
          aria-invalid={wrong !== null}
          onChange={(event) => setTo(event.target.value)}
        />
      </label>
      <Button type="submit">Show</Button>
      <span className="text-3 small">Without an end: up to now.</span>
      {wrong !== null && (
        <span className="field-error is-bad small" role="alert">
          {wrong}
        </span>
      )}
    </form>
  );
}
