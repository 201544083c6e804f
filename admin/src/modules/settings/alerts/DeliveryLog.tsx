import type { AlertDelivery } from "../../../api/monitor-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { SkeletonRows } from "../../../ui/page/Skeleton.tsx";
import { type Column, DataTable } from "../../../ui/table/DataTable.tsx";
import { Pager } from "../../../ui/table/Pager.tsx";
import { formatCount } from "../../../ui/value/format.ts";
import { Duration, Moment } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { answerWords, deliveryKinds, deliveryLook } from "./alert-words.ts";
import { useDeliveries } from "./alerts-api.ts";
import { LookMark } from "./LookMark.tsx";

const columns: Column<AlertDelivery>[] = [
  {
    key: "status",
    header: "Delivery",
    minWidth: 132,
    phone: "mark",
    cell: (delivery) => <LookMark look={deliveryLook(delivery)} />,
  },
  {
    key: "kind",
    header: "About",
    minWidth: 64,
    cell: (delivery) => <span className="text-2">{deliveryKinds[delivery.kind]}</span>,
  },
  {
    key: "target",
    header: "Receiver",
    minWidth: 160,
    phone: "title",
    cell: (delivery) => <span title={delivery.target}>{shortName(delivery.target)}</span>,
  },
  {
    key: "answer",
    header: "Answer",
    slack: true,
    phone: "detail",
    cell: (delivery) => (
      <span className="text-2" title={answerWords(delivery)}>
        {shortName(answerWords(delivery), 300)}
        {delivery.next_attempt_at !== null && delivery.attempts > 0 && (
          <>
            {" "}
            Next attempt at <Moment at={delivery.next_attempt_at} />.
          </>
        )}
      </span>
    ),
  },
  {
    key: "attempts",
    header: "Attempts",
    align: "end",
    above: 920,
    cell: (delivery) => formatCount(delivery.attempts),
  },
  {
    key: "duration",
    header: "Took",
    align: "end",
    wideOnly: true,
    cell: (delivery) => (
      <span className="text-2">
        <Duration ms={delivery.duration_ms} />
      </span>
    ),
  },
  {
    key: "created",
    header: "When",
    align: "end",
    phone: "aside",
    cell: (delivery) => (
      <span className="text-2">
        <Moment at={delivery.created_at} />
      </span>
    ),
  },
];

type DeliveryLogProps = { alertId: string; name: string };

/** What was sent for an alert, newest first, with what came of it. */
export function DeliveryLog({ alertId, name }: DeliveryLogProps) {
  const list = useDeliveries(alertId);
  return (
    <DataStates
      data={list.rows}
      failure={list.error === null ? null : describeError(list.error)}
      skeleton={<SkeletonRows rows={3} label="Loading the delivery log" />}
      onReload={list.reload}
      reloading={list.reloading}
    >
      {(rows) =>
        rows.length === 0 ? (
          <p className="alert-log-empty text-3">
            Nothing was sent yet. What is sent when it fires and ends, and each test, is listed here.
          </p>
        ) : (
          <>
            <DataTable
              label={`Deliveries of ${shortName(name)}`}
              columns={columns}
              rows={rows}
              rowKey={(delivery) => delivery.id}
              statusWord={(delivery) => deliveryLook(delivery).word}
            />
            <Pager
              shown={rows.length}
              total={list.total}
              hasOlder={list.hasOlder}
              loadingOlder={list.loadingOlder}
              olderError={list.olderError}
              onOlder={list.loadOlder}
            />
          </>
        )
      }
    </DataStates>
  );
}
