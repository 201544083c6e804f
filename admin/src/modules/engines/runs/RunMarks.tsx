import type { ReactNode } from "react";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { formatClock } from "../../../ui/value/format.ts";
import { Moment } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { useConnections } from "../connections-api.ts";
import { EngineMark } from "../EngineMark.tsx";
import { isOut } from "../engine-words.ts";
import { type OutsideRow, ownStateWordOf, runAddressOf } from "./outside-words.ts";
import "./runs.css";

type OpenOnPrefectProps = {
  /** Null where nobody said where Prefect's pages are: nothing is shown. */
  href: string | null | undefined;
  /** What opens, for the accessible name. */
  what: string;
  /** Words beside the mark. */
  children?: ReactNode;
  className?: string;
};

/** Opens a run in Prefect's own pages, in another tab. */
export function OpenOnPrefect({ href, what, children, className = "link" }: OpenOnPrefectProps) {
  if (href === null || href === undefined) return null;
  return (
    <a
      className={`open-on-prefect ${className}`}
      href={href}
      target="_blank"
      rel="noreferrer noopener"
      title={`Open ${what} in Prefect`}
      aria-label={children === undefined ? `Open ${what} in Prefect` : undefined}
    >
      {children}
      <Icon name="outward" small />
    </a>
  );
}

/** Since when a row is as it stands, while its connection is out; nothing as long as it is read. */
export function AsOf({ connectionId }: { connectionId: string }) {
  const connection = useConnections().data?.find(({ id }) => id === connectionId);
  if (connection === undefined || !isOut(connection)) return null;
  const at = connection.last_sync_at ?? connection.health_since;
  return <AsOfMoment at={at} reason={connection.health_reason} />;
}

function AsOfMoment({ at, reason }: { at: string | null; reason?: string | null }) {
  if (at === null) return null;
  return (
    <span className="text-3 no-wrap" title={reason ?? undefined}>
      as of <Moment at={at} />
    </span>
  );
}

type FlagProps = { children: ReactNode; title: string };

function Flag({ children, title }: FlagProps) {
  return (
    <span className="run-flag is-warn" title={title}>
      <Icon name="triangle" small className="is-warn" />
      {children}
      <span className="visually-hidden">: {title}</span>
    </span>
  );
}

/** Why a run is thought to be dead; it keeps its status, since only Prefect can say so. */
export function SuspectFlag({ since, reason }: { since: string; reason: string | null }) {
  const words = reason === null ? "It gives no sign of life" : shortName(reason, 300);
  return <Flag title={`${words}, since ${formatClock(new Date(since))}`}>suspect</Flag>;
}

type RunOriginProps = {
  row: OutsideRow;
  /** Names the run in the link's tooltip. */
  what: string;
  /** Whether the connection stands by its name. */
  named?: boolean;
};

/** That a row is Prefect's, with the way to Prefect's own page of it. Our own rows carry nothing. */
export function RunOrigin({ row, what, named = false }: RunOriginProps) {
  if (row.connection_id === null) return null;
  return (
    <span className="run-marks">
      <EngineMark
        engine="prefect"
        connectionName={row.connection_name ?? null}
        workPool={row.external_work_pool ?? null}
        named={named}
      />
      {row.external_url === undefined ? (
        <OpenByConnection row={row} what={what} />
      ) : (
        <OpenOnPrefect href={row.external_url} what={what} />
      )}
    </span>
  );
}

function OpenByConnection({ row, what }: Pick<RunOriginProps, "row" | "what">) {
  const connection = useConnections().data?.find(({ id }) => id === row.connection_id);
  return <OpenOnPrefect href={runAddressOf(connection?.ui_url, row.external_id)} what={what} />;
}

/** What is to be said of a row's state on Prefect beside our status: Prefect's own word, what is doubtful, and since when it stands so while the connection is out. */
export function RunState({ row }: { row: OutsideRow }) {
  if (row.connection_id === null) return null;
  const word = ownStateWordOf(row);
  const { suspect_since = null, missing_upstream_at = null } = row;
  const hasEnded = row.completed_at !== null && row.completed_at !== undefined;
  return (
    <span className="run-marks small">
      {word !== null && (
        <bdi className="text-2 cut" title={`Prefect calls its state ${word}`}>
          {word}
        </bdi>
      )}
      {suspect_since !== null && <SuspectFlag since={suspect_since} reason={row.suspect_reason ?? null} />}
      {missing_upstream_at !== null && (
        <Flag title="Prefect does not know this run any more. This is its last known state">gone there</Flag>
      )}
      {!hasEnded &&
        (row.connection_as_of === undefined ? (
          <AsOf connectionId={row.connection_id} />
        ) : (
          <AsOfMoment at={row.connection_as_of} />
        ))}
    </span>
  );
}

/** Origin and state of a row together, for headers and cards. */
export function RunMarks(props: RunOriginProps) {
  if (props.row.connection_id === null) return null;
  return (
    <>
      <RunOrigin {...props} />
      <RunState row={props.row} />
    </>
  );
}
