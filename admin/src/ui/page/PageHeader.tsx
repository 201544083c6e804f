import type { ReactNode } from "react";
import { StatusBadge } from "../status/StatusBadge.tsx";
import { CopyId } from "../value/CopyId.tsx";
import { formatCount } from "../value/format.ts";
import { LiveMark, type LiveState } from "./LiveMark.tsx";
import { NeighbourLinks, type Neighbours } from "./NeighbourLinks.tsx";
import "./page-header.css";
import { ReloadButton } from "./ReloadButton.tsx";

type PageHeaderProps = {
  title: ReactNode;
  /** Links from the section down to the entity above; only inside an entity. */
  breadcrumbs?: ReactNode[];
  /** A total, or a capped one such as `10,000+`. */
  count?: number | string | undefined;
  status?: string | undefined;
  id?: string | undefined;
  live?: LiveState | undefined;
  /** On the page of one row: the list it was reached from and its neighbours there. */
  neighbours?: Neighbours | undefined;
  actions?: ReactNode;
  onReload: () => void;
  reloading: boolean;
  loadedAt: number | undefined;
};

/** Breadcrumbs, title, pill, id and live mark on the left, actions right, Reload alone at the far right. */
export function PageHeader(props: PageHeaderProps) {
  const { title, breadcrumbs, count, status, id, live, neighbours, actions } = props;
  return (
    <header className="page-header">
      {breadcrumbs !== undefined && <Breadcrumbs trail={breadcrumbs} neighbours={neighbours} />}
      <div className="page-title">
        <h1>{title}</h1>
        {count !== undefined && (
          <span className="text-3">{typeof count === "number" ? formatCount(count) : count}</span>
        )}
        {status !== undefined && <StatusBadge status={status} pill />}
        {id !== undefined && (
          <span className="hide-phone">
            <CopyId id={id} />
          </span>
        )}
        {live !== undefined && <LiveMark state={live} />}
        <span className="spacer" />
        {actions !== undefined && <span className="page-actions">{actions}</span>}
        <ReloadButton onReload={props.onReload} reloading={props.reloading} loadedAt={props.loadedAt} />
      </div>
    </header>
  );
}

type BreadcrumbsProps = { trail: ReactNode[]; neighbours?: Neighbours | undefined };

/** The way back up from an entity, and to its neighbours in the list it was reached from. */
export function Breadcrumbs({ trail, neighbours }: BreadcrumbsProps) {
  const keyed = trail.map((crumb, depth) => ({ crumb, key: `depth-${depth}` }));
  return (
    <div className="breadcrumb-line">
      <nav className="breadcrumbs" aria-label="Breadcrumbs">
        <ol>
          {keyed.map(({ crumb, key }) => (
            <li key={key}>{crumb}</li>
          ))}
        </ol>
      </nav>
      {neighbours !== undefined && <NeighbourLinks neighbours={neighbours} />}
    </div>
  );
}
