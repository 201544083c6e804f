import { showToast } from "../../../ui/overlay/toasts.ts";
import { EmptyState } from "../../../ui/page/EmptyState.tsx";
import { RoleButton } from "../../session/public.ts";
import { useRowAction } from "../use-row-action.ts";
import { ruleWords, sensibleAlerts } from "./alert-words.ts";
import { createAlert, useAlertsRefresh } from "./alerts-api.ts";

/** Says what alerts are for and adds five that suit most with one press. */
export function NoAlerts({ onAdd }: { onAdd: () => void }) {
  const refresh = useAlertsRefresh();
  const adding = useRowAction(async () => {
    for (const draft of sensibleAlerts) await createAlert(draft);
    showToast({
      tone: "ok",
      words: "Five alerts are on. They show on the dashboard; edit one to have it sent to you as well.",
    });
  }, refresh);
  return (
    <EmptyState
      icon="bell"
      title="Alerts tell you what you would otherwise have to look for"
      action={
        <div className="stack alerts-first">
          <ul className="alerts-offer text-2">
            {sensibleAlerts.map(({ name, rule }) => (
              <li key={name}>{ruleWords(rule)}</li>
            ))}
          </ul>
          <div className="row wraps alerts-first-actions">
            <RoleButton
              least="admin"
              look="primary"
              icon="bell"
              busy={adding.isPending}
              onClick={() => adding.mutate(undefined)}
            >
              Add these five
            </RoleButton>
            <RoleButton least="admin" icon="plus" onClick={onAdd}>
              Add one of your own
            </RoleButton>
          </div>
        </div>
      }
    >
      An alert fires when its rule holds and ends when it no longer does. Both show on the dashboard and go to
      a webhook or by <span className="no-wrap">e-mail</span> to whom you name. These suit most installations:
    </EmptyState>
  );
}
