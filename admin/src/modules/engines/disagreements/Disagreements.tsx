import { describeError } from "../../../api/problem.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { Card } from "../../../ui/page/Card.tsx";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { SkeletonRows } from "../../../ui/page/Skeleton.tsx";
import { formatQuantity } from "../../../ui/value/format.ts";
import { DisagreementItem } from "./DisagreementItem.tsx";
import "./disagreements.css";
import "../../../ui/form/form.css";
import { useDisagreements } from "./disagreement-api.ts";

const title = "Prefect and our record differ";
const shownOnMonitor = 3;

/** Every place where Prefect and our record say different things, oldest first, each with its repairs. */
export function Disagreements() {
  const disagreements = useDisagreements();
  const isQuiet = disagreements.data?.length === 0;
  return (
    <Card
      title={isQuiet ? "Prefect and our record agree" : title}
      {...(isQuiet || disagreements.data === undefined ? {} : { count: disagreements.data.length })}
    >
      <DataStates
        data={disagreements.data}
        failure={disagreements.error === null ? null : describeError(disagreements.error)}
        skeleton={<SkeletonRows rows={2} label="Comparing Prefect with our record" />}
        onReload={disagreements.reload}
        reloading={disagreements.reloading}
      >
        {(found) =>
          found.length === 0 ? (
            <p className="card-pad text-3">
              A run that Prefect lost, that goes on after it was cancelled, or that gives no sign of life
              would stand here with the ways to repair it.
            </p>
          ) : (
            <div className="disagreements">
              {found.map((one) => (
                <DisagreementItem key={one.id} disagreement={one} />
              ))}
            </div>
          )
        }
      </DataStates>
    </Card>
  );
}

/** The oldest three of them for the monitor; nothing where both sides agree. */
export function MonitorDisagreements() {
  const { data: found = [], error, reload } = useDisagreements();
  if (error !== null && found.length === 0) {
    return (
      <Card title={title} padded>
        <p className="text-2">
          Whether they differ could not be read: {describeError(error).title}.{" "}
          <button type="button" className="link" onClick={reload}>
            Ask again
          </button>
        </p>
      </Card>
    );
  }
  if (found.length === 0) return null;
  const beyond = found.length - shownOnMonitor;
  return (
    <Card title={title} count={found.length}>
      <div className="disagreements">
        {found.slice(0, shownOnMonitor).map((one) => (
          <DisagreementItem key={one.id} disagreement={one} />
        ))}
      </div>
      {beyond > 0 && (
        <footer className="card-foot">
          <AppLink className="link" href={paths.settingsConnections()}>
            {formatQuantity(beyond, "more difference")}
          </AppLink>
        </footer>
      )}
    </Card>
  );
}
