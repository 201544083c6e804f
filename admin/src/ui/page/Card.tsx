import { type ReactNode, useId } from "react";
import { formatCount } from "../value/format.ts";
import "./card.css";

type CardProps = {
  title?: ReactNode;
  /** Stands quietly after the title. */
  note?: ReactNode;
  count?: number;
  actions?: ReactNode;
  padded?: boolean;
  children: ReactNode;
};

/** A bordered surface with an optional headline; cards nest once at most. */
export function Card({ title, note, count, actions, padded = false, children }: CardProps) {
  const id = useId();
  return (
    <section className="card" aria-labelledby={title === undefined ? undefined : id}>
      {title !== undefined && (
        <header className="card-header">
          <h2 id={id}>{title}</h2>
          {count !== undefined && <span className="text-3">{formatCount(count)}</span>}
          {note !== undefined && <span className="text-3 cut">{note}</span>}
          <span className="spacer" />
          {actions}
        </header>
      )}
      {padded ? <div className="card-pad">{children}</div> : children}
    </section>
  );
}

/** A headline between cards. */
export function SectionTitle({
  title,
  note,
  actions,
}: {
  title: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="section-title">
      <h2>{title}</h2>
      {note !== undefined && <span className="text-3">{note}</span>}
      <span className="spacer" />
      {actions}
    </div>
  );
}

/** A name and its value. */
export type Fact = { name: ReactNode; value: ReactNode; strong?: boolean };

/** Names left, values right of them; `wide` sets values flush right, for sums. Facts without a value are left out. */
export function Facts({ facts, wide = false }: { facts: Fact[]; wide?: boolean }) {
  const shown = facts.filter(
    (fact) => fact.value !== null && fact.value !== undefined && fact.value !== false && fact.value !== "",
  );
  const keyed = shown.map((fact, position) => ({ ...fact, key: `fact-${position}` }));
  return (
    <dl className={wide ? "facts facts-wide" : "facts"}>
      {keyed.map((fact) => (
        <div key={fact.key} className={fact.strong ? "fact fact-strong" : "fact"}>
          <dt>{fact.name}</dt>
          <dd>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** One figure of a strip: a label, a large value and a quiet remark. */
export type Figure = { label: string; value: ReactNode; note?: ReactNode; below?: ReactNode };

/** The few figures that answer a page's first question. */
export function FigureStrip({ figures, label }: { figures: Figure[]; label: string }) {
  return (
    <dl className="figures" aria-label={label}>
      {figures.map((figure) => (
        <div key={figure.label}>
          <dt>{figure.label}</dt>
          <dd>
            <b>{figure.value}</b>
            {figure.note !== undefined && <span>{figure.note}</span>}
          </dd>
          {figure.below !== undefined && <dd>{figure.below}</dd>}
        </div>
      ))}
    </dl>
  );
}
