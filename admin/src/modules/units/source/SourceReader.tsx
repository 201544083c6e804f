import type { Source, UnitDetail } from "../../../api/content-rows.ts";
import { useItemQuery } from "../../../api/item-query.ts";
import { describeError } from "../../../api/problem.ts";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { Dialog } from "../../../ui/overlay/Dialog.tsx";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { SkeletonBlock } from "../../../ui/page/Skeleton.tsx";
import { formatQuantity } from "../../../ui/value/format.ts";
import { shortName } from "../../../ui/value/visible-text.ts";
import { quotesOf } from "./quote-parameter.ts";
import { SourceCleaning } from "./SourceCleaning.tsx";
import { SourceText } from "./SourceText.tsx";
import "./source.css";
import { sourceKindWords } from "./source-kinds.ts";

/** The text of the source that the address asks for (`source`), with what was quoted of it (`quote`) marked; nothing otherwise. */
export function SourceReader({ unit }: { unit: UnitDetail }) {
  const [search, change] = useSearchParams();
  const position = Number.parseInt(search.source ?? "", 10);
  const known = unit.sources.find((source) => source.position === position);
  const open = Number.isInteger(position);
  const title = `Source ${position}${known?.title ? `: ${shortName(known.title)}` : ""}`;
  return (
    <Dialog
      open={open}
      wide
      title={open ? title : "Source"}
      onClose={() => {
        if (open) change({ source: "", quote: "" });
      }}
    >
      {open && (
        <SourceContent
          key={position}
          unitId={unit.id}
          position={position}
          quotes={quotesOf(search.quote)}
          words={known?.words}
        />
      )}
    </Dialog>
  );
}

type SourceContentProps = {
  unitId: string;
  position: number;
  quotes: string[];
  words: number | undefined;
};

function SourceContent({ unitId, position, quotes, words }: SourceContentProps) {
  const source = useItemQuery<Source>(`/content/units/${unitId}/sources/${position}`);
  return (
    <DataStates
      data={source.data}
      failure={source.error === null ? null : describeError(source.error)}
      skeleton={<SkeletonBlock lines={12} label="Loading the source" />}
      onReload={source.reload}
      reloading={source.reloading}
    >
      {(shown) => (
        <div className="source-reader">
          <p className="text-3 small">
            {sourceKindWords[shown.kind]}
            {words !== undefined && `, ${formatQuantity(words, "word")}`}
            {shown.extracted_by !== null && `, read by ${shown.extracted_by}`}
          </p>
          <SourceCleaning source={shown} />
          <SourceText text={shown.text} quotes={quotes} />
        </div>
      )}
    </DataStates>
  );
}
