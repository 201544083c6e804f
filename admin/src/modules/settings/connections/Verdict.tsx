import type { ConnectionVerdict } from "../../../api/engine-rows.ts";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { verdictFacts } from "./connection-words.ts";

/** What trying a connection found: a sentence, what to do about it, and what was measured. */
export function Verdict({ verdict }: { verdict: ConnectionVerdict }) {
  const facts = verdictFacts(verdict);
  return (
    <div className={`verdict is-${verdict.is_ok ? "ok" : "bad"}`}>
      <Icon name={verdict.is_ok ? "check" : "cross"} />
      <div>
        <p className="strong">{shortName(verdict.sentence, 400)}</p>
        {verdict.advice !== null && <p className="text-2">{shortName(verdict.advice, 400)}</p>}
        {facts.length > 0 && <p className="small text-3">{facts.join(" · ")}</p>}
      </div>
    </div>
  );
}
