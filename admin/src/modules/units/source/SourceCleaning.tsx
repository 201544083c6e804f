import type { UnitDetail } from "../../../api/content-rows.ts";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { addressedSentence, removedSentence } from "./cleaning-words.ts";
import "./source.css";

type SourceCleaningProps = {
  source: Pick<UnitDetail["sources"][number], "removed" | "addressed_passages">;
  /** In front of the sentences where several sources are spoken of. */
  name?: string | undefined;
};

/** What was taken out of a source, and what in it speaks to a model; nothing for a plain one. */
export function SourceCleaning({ source, name }: SourceCleaningProps) {
  const sentences = [removedSentence(source), addressedSentence(source)].filter((one) => one !== null);
  return sentences.map((sentence) => (
    <p key={sentence} className="source-cleaning text-2 small">
      <Icon name="triangle" small />
      <span>
        {name !== undefined && <strong>{name}: </strong>}
        {sentence}
      </span>
    </p>
  ));
}
