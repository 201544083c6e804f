import { useMutation } from "@tanstack/react-query";
import type { AuditVerification } from "../../../api/account-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { ErrorBlock, Notice } from "../../../ui/page/ErrorBlock.tsx";
import { CopyId } from "../../../ui/value/CopyId.tsx";
import { formatQuantity } from "../../../ui/value/format.ts";
import { shortName } from "../../../ui/value/visible-text.ts";
import { verifyAuditLog } from "./audit-api.ts";

/** Says what the chain is for, and lets the server read all of it again. */
export function ChainCard() {
  const verifying = useMutation({ mutationFn: verifyAuditLog });
  const failure = verifying.error === null ? null : describeError(verifying.error);
  return (
    <div className="stack">
      <section className="card audit-chain" aria-label="The chain of entries">
        <Icon name="shield" />
        <p className="text-2">
          Entries are only ever added, and each holds the hash of the one before: what is changed, taken out
          or put in later shows.
        </p>
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
