import { useMutation } from "@tanstack/react-query";
import type { AuditExtent, AuditVerification } from "../../../api/account-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { ErrorBlock, Notice } from "../../../ui/page/ErrorBlock.tsx";
import { CopyId } from "../../../ui/value/CopyId.tsx";
import { formatCount, formatQuantity } from "../../../ui/value/format.ts";
import { Moment } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { useAuditExtent, verifyAuditLog } from "./audit-api.ts";

/** Says how far the log goes back and what the chain is for, and lets the server read all of it again. */
export function ChainCard() {
  const extent = useAuditExtent();
  const verifying = useMutation({ mutationFn: verifyAuditLog });
  const failure = verifying.error === null ? null : describeError(verifying.error);
  return (
    <div className="stack">
      <section className="card audit-chain" aria-label="The chain of entries">
        <Icon name="shield" />
        <div className="text-2">
          <p>
            Entries are only ever added, and each holds the hash of the one before: what is changed, taken out
            or put in later shows.
          </p>
          {extent !== undefined && <Extent extent={extent} />}
        </div>
        <Button busy={verifying.isPending} onClick={() => verifying.mutate()}>
          Verify the chain
        </Button>
      </section>
      <div role="status" className="audit-verdict">
        {verifying.data !== undefined && !verifying.isPending && <Verdict verdict={verifying.data} />}
      </div>
      {failure !== null && (
        <ErrorBlock title={failure.title} raw={failure.raw}>
          <p>The chain could not be verified. {failure.text}</p>
        </ErrorBlock>
      )}
    </div>
  );
}

function Extent({ extent: { since, keep_days, removed } }: { extent: AuditExtent }) {
  if (since === null) return null;
  return (
    <p>
      The log goes back to <Moment at={since} />.{" "}
      {keep_days === null
        ? "Nothing is ever removed."
        : `Entries are kept for ${formatQuantity(keep_days, "day")}${removed > 0 ? `; ${formatQuantity(removed, "older one is", "older ones are")} gone` : ""}.`}
    </p>
  );
}

function Verdict({ verdict }: { verdict: AuditVerification }) {
  if (!verdict.is_intact) {
    return (
      <Notice
        tone="bad"
        icon="cross"
        title={
          verdict.first_broken_seq === null
            ? "The chain is broken"
            : `The chain is broken at entry ${verdict.first_broken_seq}`
        }
      >
        <p>
          {verdict.problem !== null && `${shortName(verdict.problem, 400)} `}
          {formatQuantity(verdict.entries, "entry", "entries")} before it{" "}
          {verdict.entries === 1 ? "is" : "are"} whole. Somebody with access to the database changed the log:
          compare it with a backup or an export.
        </p>
      </Notice>
    );
  }
  return (
    <Notice
      tone="ok"
      icon="check"
      title={`The chain is whole: ${formatQuantity(verdict.entries, "entry", "entries")}`}
    >
      {verdict.head === null ? (
        <p>Nothing has been written down yet.</p>
      ) : (
        <>
          {verdict.removed > 0 && (
            <p>
              It begins with entry {formatCount(verdict.removed + 1)}: the{" "}
              {formatQuantity(verdict.removed, "entry", "entries")} before it{" "}
              {verdict.removed === 1 ? "was" : "were"} removed because{" "}
              {verdict.removed === 1 ? "its" : "their"} time was over, as the log itself says.
            </p>
          )}
          <p>
            Its head: <CopyId id={verdict.head} label="Copy the head" />
          </p>
          <p>
            Kept elsewhere, the head also shows a log that was cut at its end: it is then no longer a hash in
            it.
          </p>
        </>
      )}
    </Notice>
  );
}
