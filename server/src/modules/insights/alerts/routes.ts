import { createRoute, z } from "@hono/zod-openapi";
import { seesAccounts } from "../../../http/access.ts";
import { idParameter, pageQuerySchema, sendPage } from "../../../http/pagination.ts";
import { problemResponses } from "../../../http/problems.ts";
import { createRouter } from "../../../http/router.ts";
import { hideReceiver, hideReceivers } from "./hide-receivers.ts";
import {
  alertDeliverySchema,
  alertEditSchema,
  alertSchema,
  alertTestResultSchema,
  createdAlertSchema,
  mailSetupSchema,
  newAlertSchema,
} from "./models.ts";
import type { AlertService } from "./service.ts";

const tags = ["admin-observability"];
const json = <Schema extends z.ZodType>(schema: Schema) => ({ content: { "application/json": { schema } } });

const listAlerts = createRoute({
  method: "get",
  path: "/admin/alerts",
  tags,
  summary: "All alerts, by name",
  responses: { 200: { description: "At most 100.", ...json(z.array(alertSchema)) } },
});

const getMailSetup = createRoute({
  method: "get",
  path: "/admin/alerts/mail",
  tags,
  summary: "Whether alerts can be sent by e-mail",
  responses: { 200: { description: "The setup.", ...json(mailSetupSchema) } },
});

const createAlert = createRoute({
  method: "post",
  path: "/admin/alerts",
  tags,
  summary: "Add an alert; the webhook's signing secret is in this answer only",
  request: { body: { required: true, ...json(newAlertSchema) } },
  responses: {
    201: { description: "The alert.", ...json(createdAlertSchema) },
    ...problemResponses(409, 422),
  },
});

const updateAlert = createRoute({
  method: "patch",
  path: "/admin/alerts/{id}",
  tags,
  summary: "Change an alert, or renew its signing secret",
  request: { params: idParameter, body: { required: true, ...json(alertEditSchema) } },
  responses: {
    200: { description: "The alert as it is now.", ...json(createdAlertSchema) },
    ...problemResponses(404, 409, 422),
  },
});

const deleteAlert = createRoute({
  method: "delete",
  path: "/admin/alerts/{id}",
  tags,
  summary: "Delete an alert with its delivery log",
  request: { params: idParameter },
  responses: { 204: { description: "The alert is gone." }, ...problemResponses(404, 422) },
});

const testAlert = createRoute({
  method: "post",
  path: "/admin/alerts/{id}/test",
  tags,
  summary: "Send a test to every receiver now and say what they answered",
  request: { params: idParameter },
  responses: {
    200: { description: "One attempt for each receiver.", ...json(alertTestResultSchema) },
    ...problemResponses(404, 409, 422),
  },
});

const listDeliveries = createRoute({
  method: "get",
  path: "/admin/alerts/{id}/deliveries",
  tags,
  summary: "What was sent for an alert, newest first",
  request: { params: idParameter, query: pageQuerySchema },
  responses: {
    200: { description: "One page.", ...json(z.array(alertDeliverySchema)) },
    ...problemResponses(404, 422),
  },
});

/** Routes of alerts, without the `/api/v1` prefix. Whose addresses they write to is told to administrators only. */
export function createAlertRoutes(service: AlertService) {
  return createRouter()
    .openapi(listAlerts, async (context) => {
      const alerts = await service.list();
      return context.json(seesAccounts(context.get("caller")) ? alerts : alerts.map(hideReceivers), 200);
    })
    .openapi(getMailSetup, async (context) => context.json(service.mailSetup(), 200))
    .openapi(createAlert, async (context) => {
      const alert = context.req.valid("json");
      context.get("audit").details = { kind: alert.rule.kind };
      const made = await service.create(alert);
      context.get("audit").object_id = made.alert.id;
      return context.json(made, 201);
    })
    .openapi(updateAlert, async (context) => {
      const edit = context.req.valid("json");
      context.get("audit").details = { changed: Object.keys(edit) };
      return context.json(await service.update(context.req.valid("param").id, edit), 200);
    })
    .openapi(deleteAlert, async (context) => {
      await service.remove(context.req.valid("param").id);
      return context.body(null, 204);
    })
    .openapi(testAlert, async (context) =>
      context.json(await service.test(context.req.valid("param").id), 200),
    )
    .openapi(listDeliveries, async (context) => {
      const { limit, cursor } = context.req.valid("query");
      const page = await service.listDeliveries(context.req.valid("param").id, { limit, cursor });
      const rows = seesAccounts(context.get("caller")) ? page.rows : page.rows.map(hideReceiver);
      return sendPage(context, { ...page, rows });
    });
}
