import { useEffect, useRef, useState } from "react";
import type { Connection } from "../../../api/engine-rows.ts";
import { useMay } from "../../../api/session/use-session.ts";
import { paths } from "../../../paths.ts";
import { Switch } from "../../../ui/form/Switch.tsx";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { Menu } from "../../../ui/overlay/Menu.tsx";
import type { Tone } from "../../../ui/status/status-tone.ts";
import { formatQuantity } from "../../../ui/value/format.ts";
import { Duration, Moment, RelativeTime } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { connectionLook, useConnectionsRefresh } from "../../engines/public.ts";
import { RoleButton } from "../../session/public.ts";
import { LookMark } from "../alerts/LookMark.tsx";
import { useRowAction } from "../use-row-action.ts";
import { ConnectionQuestion, type Question } from "./ConnectionQuestion.tsx";
import { authWords, filterWords } from "./connection-words.ts";
import { changeConnection, testConnection } from "./connections-api.ts";
import { Verdict } from "./Verdict.tsx";

type ConnectionRowProps = {
  connection: Connection;
  /** Whether somebody came here for this one. */
  isSought: boolean;
  onEdit: () => void;
};

/** One connection: how it stands, where it leads, how current its rows are, and what can be done with it. */
export function ConnectionRow({ connection, isSought, onEdit }: ConnectionRowProps) {
  const row = useRef<HTMLLIElement>(null);
  const [question, setQuestion] = useState<Question | null>(null);
  const refresh = useConnectionsRefresh();
  const testing = useRowAction(() => testConnection(connection.id), refresh);
  const switching = useRowAction(
    (is_enabled: boolean) => changeConnection(connection.id, { is_enabled }),
    refresh,
  );
  useEffect(() => {
    if (isSought) row.current?.scrollIntoView({ block: "center" });
  }, [isSought]);
  const name = shortName(connection.name);
  const isOn = connection.disabled_at === null;
  const { reason } = useMay("admin");
  const turn = (on: boolean) => {
    if (!on && connection.live_runs > 0) setQuestion({ kind: "disable", open: true });
    else switching.mutate(on);
  };
  return (
    <li ref={row} className={isSought ? "connection connection-sought" : "connection"}>
      <div className="connection-line">
        <Standing connection={connection} />
        <Words connection={connection} />
        <Figures connection={connection} />
        <div className="connection-actions">
          <Switch
            on={isOn}
            label={`Watch: ${name}`}
            busy={switching.isPending}
            disabledReason={reason}
            onChange={turn}
          />
          <RoleButton least="operator" busy={testing.isPending} onClick={() => testing.mutate(undefined)}>
            Test
          </RoleButton>
          <RoleButton
            least="admin"
            look="quiet"
            onClick={onEdit}
            disabledReason={
              connection.is_from_environment
                ? "It is set by environment variables: change them and start the server again."
                : undefined
            }
          >
            Edit
          </RoleButton>
          {!connection.is_from_environment && (
            <Menu
              label={`More for ${name}`}
              button={<Icon name="more" />}
              buttonClass="button button-quiet button-icon"
              items={[
                {
                  key: "remove",
                  word: "Remove…",
                  icon: "bin",
                  disabledReason: reason,
                  onSelect: () => setQuestion({ kind: "remove", open: true }),
                },
              ]}
            />
          )}
        </div>
      </div>
      <div role="status">
        {testing.data !== undefined && !testing.isPending && (
          <div className="connection-verdict">
            <Verdict verdict={testing.data} />
          </div>
        )}
      </div>
      <ConnectionQuestion connection={connection} question={question} onAsk={setQuestion} />
    </li>
  );
}

function Standing({ connection }: { connection: Connection }) {
  return (
    <div className="connection-state">
      <LookMark look={connectionLook(connection.health)} />
      <span className="small text-3">
        since <Moment at={connection.health_since} />
      </span>
    </div>
  );
}

function Words({ connection }: { connection: Connection }) {
  const { base_url, ui_url, health_reason } = connection;
  return (
    <div className="connection-words">
      <h2 className="row wraps">
        <span>{shortName(connection.name)}</span>
        {connection.is_from_environment && <span className="connection-origin">from the environment</span>}
      </h2>
      <p className="row wraps text-2">
        <span className="connection-address">{shortName(base_url, 200)}</span>
        {ui_url !== null && /^https?:/.test(ui_url) && (
          <a className="link inline-row" href={ui_url} target="_blank" rel="noreferrer">
            Open Prefect
            <Icon name="outward" small />
          </a>
        )}
      </p>
      <p className="text-3">
        Watches {filterWords(connection)}; {authWords[connection.auth_kind]}
      </p>
      {health_reason !== null && (
        <p className={`connection-reason is-${reasonTone(connection)}`}>{shortName(health_reason, 400)}</p>
      )}
      {connection.is_from_environment && (
        <p className="text-3">
          Set by <code>COURSEWRIGHT_PREFECT_URL</code>: change or remove it there and start the server again.
          Here it can be switched off.
        </p>
      )}
    </div>
  );
}

/** One that works and still has something to say needs a look. */
function reasonTone({ health }: Connection): Tone {
  if (health === "live" || health === "polling") return "warn";
  return connectionLook(health).tone === "bad" ? "bad" : "idle";
}

const liveStatuses = "pending,running,paused";

function Figures({ connection }: { connection: Connection }) {
  const { id, last_sync_at, lag_ms, version_found, live_runs } = connection;
  const isReading = connection.health === "live" || connection.health === "polling";
  return (
    <dl className="connection-figures">
      <div>
        <dt>{isReading ? "Last sync" : "As of"}</dt>
        <dd>
          {last_sync_at === null && <span className="text-3">nothing read yet</span>}
          {last_sync_at !== null &&
            (isReading ? <RelativeTime at={last_sync_at} /> : <Moment at={last_sync_at} />)}
        </dd>
      </div>
      <div>
        <dt>Lag</dt>
        <dd title="From a change in Prefect to our row, of the newest change">
          {lag_ms === null ? <span className="text-3">not measured</span> : <Duration ms={lag_ms} precise />}
        </dd>
      </div>
      <div>
        <dt>Version</dt>
        <dd>
          {version_found === null ? <span className="text-3">unknown</span> : shortName(version_found, 40)}
        </dd>
      </div>
      <div>
        <dt>Not ended</dt>
        <dd>
          {live_runs === 0 ? (
            <span className="text-3">none</span>
          ) : (
            <AppLink className="link" href={paths.flowRuns({ connection_id: id, status: liveStatuses })}>
              {formatQuantity(live_runs, "run")}
            </AppLink>
          )}
        </dd>
      </div>
    </dl>
  );
}
