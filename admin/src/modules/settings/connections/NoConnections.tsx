import { Icon } from "../../../ui/icon/Icon.tsx";
import { EmptyState } from "../../../ui/page/EmptyState.tsx";
import { CopyButton } from "../../../ui/value/CopyId.tsx";
import { RoleButton } from "../../session/public.ts";

const steps = [
  {
    words: "Install it, in the folder examples/prefect",
    command: "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
  },
  { words: "Start a Prefect server", command: ".venv/bin/prefect server start" },
  {
    words: "Serve the example flow, in a second terminal",
    command: "PREFECT_API_URL=http://127.0.0.1:4200/api .venv/bin/python course_flow.py serve",
  },
] as const;

/** Says what a connection is for, and how to get something to connect to. */
export function NoConnections({ onAdd }: { onAdd: () => void }) {
  return (
    <EmptyState
      icon="plug"
      title="Generation that runs on Prefect shows here, beside our own"
      action={
        <div className="connections-first">
          <RoleButton least="admin" look="primary" icon="plus" onClick={onAdd}>
            Add a connection
          </RoleButton>
          <details className="connections-guide">
            <summary className="row">
              <Icon name="right" small className="icon-turns" />
              No Prefect server yet? Try it in five minutes
            </summary>
            <ol>
              {steps.map(({ words, command }) => (
                <li key={command}>
                  <span className="text-2">{words}</span>
                  <span className="connections-command">
                    <code>{command}</code>
                    <CopyButton text={command} label={`Copy: ${words}`} />
                  </span>
                </li>
              ))}
              <li>
                <span className="text-2">
                  Add a connection to <code>http://127.0.0.1:4200/api</code>. The whole guide is{" "}
                  <code>docs/guides/prefect.md</code>.
                </span>
              </li>
            </ol>
          </details>
        </div>
      }
    >
      Connect a Prefect server to see its flow runs live in the monitor and the lists, and to start, cancel
      and retry them from here. Coursewright's server talks to it, never your browser, and stored credentials
      are not shown again.
    </EmptyState>
  );
}
