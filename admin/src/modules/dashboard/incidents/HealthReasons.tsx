import type { HealthPart } from "../../../api/monitor-rows.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { wholeOfParts, worstFirst } from "../../navigation/public.ts";
import { ReasonItem } from "./ReasonItem.tsx";

const places: Partial<Record<HealthPart["kind"], string>> = {
  workers: paths.tasks(),
  queue: paths.tasks(),
  provider: paths.llmRequests(),
};

/** Parts of health that somebody should know of now, the one that explains the others first. */
export function healthReasonsOf(parts: readonly HealthPart[]): HealthPart[] {
  return worstFirst(parts).filter(({ state }) => state === "bad" || state === "warn");
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const isSentence = (text: string) => (/[.!?]$/.test(text) || text === "" ? text : `${text}.`);

/** One part of health that is not well. */
export function HealthReason({ part }: { part: HealthPart }) {
  const href = places[part.kind];
  return (
    <ReasonItem
      status={part.state === "bad" ? "failed" : "suspect"}
      title={part.kind === "provider" ? wholeOfParts([part]).word : capitalised(wholeOfParts([part]).word)}
      text={
        <p>
          {isSentence(part.sentence)} {part.meaning}
        </p>
      }
      actions={
        href !== undefined && (
          <AppLink className="button" href={href}>
            Look
          </AppLink>
        )
      }
    />
  );
}
