import { useQueryClient } from "@tanstack/react-query";
import { getJson, sendJson } from "../../../api/client.ts";
import { type ItemState, useResource } from "../../../api/item-query.ts";
import { type ListState, useListQuery } from "../../../api/list-query.ts";
import { useLiveRefresh } from "../../../api/live/use-live.ts";
import type { Alert, AlertDelivery } from "../../../api/monitor-rows.ts";

const path = "/admin/alerts";

/** When an alert fires: its kind with the fields of that kind. */
export type AlertRule = Alert["rule"];

/** What a person sets of an alert. Without `webhook_url` a stored webhook stays; null takes it away. */
export type AlertDraft = Pick<Alert, "name" | "rule" | "emails"> & Partial<Pick<Alert, "webhook_url">>;

/** `webhook_secret` is there when this change made one; it is never answered again. */
export type WrittenAlert = { alert: Alert; webhook_secret: string | null };

/** All alerts by name, read again whenever one changes, fires, ends or was sent. */
export function useAlerts(): ItemState<Alert[]> {
  const alerts = useResource(["alerts"], (signal) => getJson<Alert[]>(path, signal));
  useLiveRefresh((change) => change.entity === "alert", alerts.reload);
  return alerts;
}

/** Whether the server can send mail. */
export function useMailSetup(): ItemState<{ is_configured: boolean }> {
  return useResource(["alerts-mail"], (signal) =>
    getJson<{ is_configured: boolean }>(`${path}/mail`, signal),
  );
}

/** What was sent for an alert, newest first. */
export function useDeliveries(alertId: string): ListState<AlertDelivery> {
  const list = useListQuery<AlertDelivery>(`${path}/${alertId}/deliveries`, {});
  useLiveRefresh((change) => change.entity === "alert" && change.id === alertId, list.reload);
  return list;
}

/** @throws ApiError `alert_name_taken`, `alert_limit`, `mail_not_configured` */
export function createAlert(draft: AlertDraft): Promise<WrittenAlert> {
  return sendJson<WrittenAlert>("POST", path, draft);
}

/** @throws ApiError `alert_not_found`, `alert_name_taken`, `mail_not_configured`, `alert_without_receiver` */
export function changeAlert(
  id: string,
  change: Partial<AlertDraft & { is_enabled: boolean; renew_webhook_secret: true }>,
): Promise<WrittenAlert> {
  return sendJson<WrittenAlert>("PATCH", `${path}/${id}`, change);
}

/** Deletes it with its delivery log. @throws ApiError `alert_not_found` */
export function deleteAlert(id: string): Promise<undefined> {
  return sendJson<undefined>("DELETE", `${path}/${id}`);
}

/** One attempt for each receiver, with what it answered. @throws ApiError `alert_not_found`, `alert_without_receiver` */
export async function testAlert(id: string): Promise<AlertDelivery[]> {
  return (await sendJson<{ deliveries: AlertDelivery[] }>("POST", `${path}/${id}/test`)).deliveries;
}

/** Lets the alerts be read again. */
export function useAlertsRefresh(): () => Promise<void> {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: ["item", "alerts"] });
}
