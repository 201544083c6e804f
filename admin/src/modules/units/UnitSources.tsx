import type { UnitDetail } from "../../api/content-rows.ts";
import { EmptyState } from "../../ui/page/EmptyState.tsx";
import { type Column, DataTable } from "../../ui/table/DataTable.tsx";
import { formatCount } from "../../ui/value/format.ts";
import { Moment } from "../../ui/value/Moment.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { SourceCleaning } from "./source/SourceCleaning.tsx";
import { SourceLink } from "./source/SourceLink.tsx";
import { sourceKindWords } from "./source/source-kinds.ts";
import "./unit-details.css";
import { LongText } from "../../ui/value/LongText.tsx";

type UnitSource = UnitDetail["sources"][number];

const columnsOf = (unitId: string): Column<UnitSource>[] => [
  {
    key: "position",
    header: "No.",
    cell: (source) => <span className="text-3">{source.position}</span>,
  },
  {
    key: "title",
    header: "Title",
    phone: "title",
    slack: true,
    cell: (source) => <OpenSource unitId={unitId} source={source} />,
  },
  {
    key: "kind",
    header: "Kind",
    phone: "detail",
    cell: (source) => <span className="text-2">{sourceKindWords[source.kind]}</span>,
  },
  {
    key: "words",
    header: "Words",
    align: "end",
    phone: "aside",
    cell: (source) => formatCount(source.words),
  },
  {
    key: "created",
    header: "Added",
    align: "end",
    phone: "aside-detail",
    cell: (source) => (
      <span className="text-2">
        <Moment at={source.created_at} />
      </span>
    ),
  },
];

function OpenSource({ unitId, source }: { unitId: string; source: UnitSource }) {
  const title = shortName(source.title ?? "untitled");
  return (
    <SourceLink
      unitId={unitId}
      position={source.position}
      className="strong"
      aria-label={`Read source ${source.position}: ${title}`}
    >
      {title}
    </SourceLink>
  );
}

function Cleanings({ sources }: { sources: UnitSource[] }) {
  const noted = sources.filter(
    ({ removed, addressed_passages }) => removed.length > 0 || addressed_passages > 0,
  );
  if (noted.length === 0) return null;
  return (
    <div className="source-cleanings">
      {noted.map((source) => (
        <SourceCleaning
          key={source.id}
          source={source}
          name={sources.length > 1 ? `Source ${source.position}` : undefined}
        />
      ))}
    </div>
  );
}

/** The texts that a unit is made from, and what it shall teach of them. */
export function UnitSources({ unit }: { unit: UnitDetail }) {
  return (
    <>
      {unit.sources.length === 0 ? (
        <EmptyState icon="file" title="This unit is made from a topic, without a text of its own" />
      ) : (
        <>
          <DataTable
            label="Sources"
            columns={columnsOf(unit.id)}
            rows={unit.sources}
            rowKey={(source) => source.id}
          />
          <Cleanings sources={unit.sources} />
        </>
      )}
      {unit.learning_objectives.length > 0 && (
        <section className="unit-objectives" aria-label="Learning objectives">
          <h2>Learning objectives</h2>
          <ol>
            {unit.learning_objectives.map((objective) => (
              <li key={objective.id}>
                <LongText text={objective.text} />{" "}
                <span className="text-3 small">
                  {objective.bloom_level.toLowerCase()}
                  {objective.covered_by_source ? "" : ", not covered by the source"}
                </span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}
