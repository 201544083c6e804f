import { useId, useState } from "react";
import type { Alert, AlertDelivery } from "../../../api/monitor-rows.ts";
import { useMay } from "../../../api/session/use-session.ts";
import { Switch } from "../../../ui/form/Switch.tsx";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { Menu } from "../../../ui/overlay/Menu.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { Moment, RelativeTime } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { RoleButton } from "../../session/public.ts";
import { useRowAction } from "../use-row-action.ts";
import { AlertQuestion, type Question } from "./AlertQuestion.tsx";
import { alertLook, answerWords, deliveryLook, receiverLines, ruleWords } from "./alert-words.ts";
import { changeAlert, testAlert, useAlertsRefresh } from "./alerts-api.ts";
import { DeliveryLog } from "./DeliveryLog.tsx";
import { LookMark } from "./LookMark.tsx";
import type { MadeSecret } from "./SecretDialog.tsx";

type AlertRowProps = {
  alert: Alert;
  /** Whether its delivery log is on show. */
  open: boolean;
  onToggle: () => void;
  onEdit: () => void;
  onSecret: (made: MadeSecret) => void;
};

/** One alert: how it stands, what it watches, whom it tells, and what can be done with it. */
export function AlertRow({ alert, open, onToggle, onEdit, onSecret }: AlertRowProps) {
  const logId = useId();
  const [question, setQuestion] = useState<Question | null>(null);
  const refresh = useAlertsRefresh();
  const testing = useRowAction(() => testAlert(alert.id), refresh);
  const switching = useRowAction((is_enabled: boolean) => changeAlert(alert.id, { is_enabled }), refresh);
  const receivers = receiverLines(alert);
  const { reason } = useMay("admin");
  return (
    <li className="alert">
      <div className="alert-line">
        <div className="alert-state">
          <LookMark look={alertLook(alert)} />
        </div>
        <div className="alert-words">
          <h2>{shortName(alert.name)}</h2>
          <p className="text-2">{ruleWords(alert.rule)}</p>
          <Firing alert={alert} />
        </div>
        <Receivers alert={alert} />
        <div className="alert-actions">
          <Switch
            on={alert.is_enabled}
            label={`Watch: ${shortName(alert.name)}`}
            busy={switching.isPending}
            disabledReason={reason}
            onChange={(on) => switching.mutate(on)}
          />
          <RoleButton
            least="admin"
            busy={testing.isPending}
            disabledReason={
              receivers.length === 0 ? "It tells nobody yet: edit it and name a receiver." : undefined
            }
            onClick={() => testing.mutate(undefined)}
          >
            Send a test
          </RoleButton>
          <Button aria-expanded={open} aria-controls={logId} look="quiet" onClick={onToggle}>
            Deliveries
          </Button>
          <Menu
            label={`More for ${shortName(alert.name)}`}
            button={<Icon name="more" />}
            buttonClass="button button-quiet button-icon"
            items={[
              { key: "edit", word: "Edit", icon: "pencil", disabledReason: reason, onSelect: onEdit },
              ...(alert.webhook_url === null
                ? []
                : [
                    {
                      key: "renew",
                      word: "New signing secret",
                      icon: "reload" as const,
                      disabledReason: reason,
                      onSelect: () => setQuestion({ kind: "renew", open: true }),
                    },
                  ]),
              {
                key: "delete",
                word: "Delete",
                icon: "bin",
                disabledReason: reason,
                onSelect: () => setQuestion({ kind: "delete", open: true }),
              },
            ]}
          />
        </div>
      </div>
      <div role="status">{testing.data !== undefined && <TestAnswers deliveries={testing.data} />}</div>
      <div id={logId} className="alert-log">
        {open && <DeliveryLog alertId={alert.id} name={alert.name} />}
      </div>
      <AlertQuestion alert={alert} question={question} onAsk={setQuestion} onSecret={onSecret} />
    </li>
  );
}

function Firing({ alert }: { alert: Alert }) {
  if (!alert.is_enabled || alert.firing === null) return null;
  return (
    <p className="alert-firing is-bad">
      Since <Moment at={alert.firing.since} />: {shortName(alert.firing.sentence, 400)}
    </p>
  );
}

function Receivers({ alert }: { alert: Alert }) {
  const lines = receiverLines(alert);
  const { last_delivery } = alert;
  return (
    <div className="alert-receivers">
      {lines.length === 0 ? (
        <span className="text-3">shows on the dashboard only</span>
      ) : (
        <span title={lines.join("\n")}>
          {shortName(lines[0] ?? "", 60)}
          {lines.length > 1 && <span className="text-3"> and {lines.length - 1} more</span>}
        </span>
      )}
      {last_delivery !== null && (
        <span className="row small text-3">
          <LookMark look={deliveryLook(last_delivery)} />
          <RelativeTime at={last_delivery.at} />
        </span>
      )}
      {last_delivery === null && alert.last_fired_at !== null && (
        <span className="small text-3">
          fired <RelativeTime at={alert.last_fired_at} />
        </span>
      )}
    </div>
  );
}

/** What each receiver answered to a test. */
export function TestAnswers({ deliveries }: { deliveries: readonly AlertDelivery[] }) {
  return (
    <ul className="alert-test" aria-label="Answers to the test">
      {deliveries.map((delivery) => (
        <li key={delivery.id}>
          <LookMark look={deliveryLook(delivery)} />
          <span className="strong">{shortName(delivery.target)}</span>
          <span className="text-2">{answerWords(delivery)}</span>
        </li>
      ))}
    </ul>
  );
}
