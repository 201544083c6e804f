import { useState } from "react";
import type { Connection } from "../../api/engine-rows.ts";
import { paths } from "../../paths.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { IconButton } from "../../ui/page/Button.tsx";
import { Moment } from "../../ui/value/Moment.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { useConnections } from "./connections-api.ts";
import { dismissOutage, isDismissed } from "./dismissed-outages.ts";
import { isOut, outageWords } from "./engine-words.ts";
import "./engines.css";

type ConnectionBannerProps = {
  /** Connections of the rows on show, as the rows name them; without it all connections matter. */
  of?: readonly (string | null | undefined)[];
};

/** Says that rows of a connection are not current because it cannot be read. Nothing while all is well, or once it was read. */
export function ConnectionBanner({ of }: ConnectionBannerProps) {
  const named = of?.filter((id) => id !== null && id !== undefined);
  // A page without a row of Prefect asks for nothing.
  if (named?.length === 0) return null;
  return <Outages named={named} />;
}

function Outages({ named }: { named: readonly string[] | undefined }) {
  const connections = useConnections().data ?? [];
  const [, setDismissals] = useState(0);
  const matters = ({ id }: Connection) => named === undefined || named.includes(id);
  // Of one that was never read there are no rows to be wrong about.
  const shown = connections.filter(
    (one) => isOut(one) && one.last_sync_at !== null && matters(one) && !isDismissed(one),
  );
  if (shown.length === 0) return null;
  const dismiss = (connection: Connection) => {
    dismissOutage(connection);
    setDismissals((count) => count + 1);
  };
  return (
    <div role="status">
      <ul className="outages" aria-label="Connections that cannot be read">
        {shown.map((connection) => (
          <Outage key={connection.id} connection={connection} onDismiss={() => dismiss(connection)} />
        ))}
      </ul>
    </div>
  );
}

function Outage({ connection, onDismiss }: { connection: Connection; onDismiss: () => void }) {
  const name = shortName(connection.name, 80);
  return (
    <li className="outage is-warn">
      <Icon name="away" small />
      <p>
        <b>
          Prefect “{name}” {outageWords(connection.health)}
        </b>{" "}
        since <Moment at={connection.health_since} />; its jobs are shown as of{" "}
        <Moment at={connection.last_sync_at} />. Our own generation is not affected.{" "}
        <AppLink className="link no-wrap" href={paths.settingsConnections({ open: connection.id })}>
          See the connection
        </AppLink>
      </p>
      <IconButton icon="close" label={`Do not show this outage of “${name}” any more`} onClick={onDismiss} />
    </li>
  );
}
