import type { Alert } from "../../../api/monitor-rows.ts";
import { isEmailAddress } from "../../../ui/form/email-address.ts";
import type { AlertDraft, AlertRule } from "./alerts-api.ts";

/** The form as typed: every field of every kind, so that changing the kind and back loses nothing. */
export type AlertForm = {
  name: string;
  kind: AlertRule["kind"];
  percentage: string;
  window_minutes: string;
  least_jobs: string;
  queue_minutes: string;
  usd: string;
  provider_minutes: string;
  /** A new address; empty: the stored one stays, if there is one. */
  webhook_url: string;
  /** The stored address in its short form, null without one; the server never tells the whole. */
  stored_webhook: string | null;
  removes_webhook: boolean;
  emails: string;
};

/** The fields that are typed. */
export type TypedField = Exclude<keyof AlertForm, "stored_webhook" | "removes_webhook">;

/** What is wrong with a field, in words that say what to write. */
export type FormErrors = Partial<Record<keyof AlertForm, string>>;

/** A form for a new alert. */
export const newForm: AlertForm = {
  name: "",
  kind: "failure_rate",
  percentage: "20",
  window_minutes: "30",
  least_jobs: "5",
  queue_minutes: "10",
  usd: "10",
  provider_minutes: "2",
  webhook_url: "",
  stored_webhook: null,
  removes_webhook: false,
  emails: "",
};

/** The form of an alert that is there. */
export function formOf(alert: AlertDraft): AlertForm {
  return {
    ...newForm,
    ...{ name: alert.name, kind: alert.rule.kind },
    ...{ stored_webhook: alert.webhook_url ?? null, emails: alert.emails.join("\n") },
    ...rulePart(alert.rule),
  };
}

function rulePart(rule: AlertRule): Partial<AlertForm> {
  switch (rule.kind) {
    case "failure_rate":
      return {
        percentage: String(rule.percentage),
        window_minutes: String(rule.window_minutes),
        least_jobs: String(rule.least_jobs),
      };
    case "queue_age":
      return { queue_minutes: String(rule.minutes) };
    case "spend_per_day":
      return { usd: String(rule.usd) };
    case "provider_down":
      return { provider_minutes: String(rule.minutes) };
    case "stuck_job":
      return {};
  }
}

/** What the form asks for, or why it cannot be asked. */
export type ReadForm = { draft: AlertDraft; errors: null } | { draft: null; errors: FormErrors };

/** Reads the fields of the chosen kind; `others` are the alerts whose names are taken. */
export function readForm(form: AlertForm, others: readonly Pick<Alert, "name">[]): ReadForm {
  const errors: FormErrors = {};
  const name = form.name.trim();
  if (name === "") errors.name = "Give the alert a name.";
  else if (name.length > 80) errors.name = "Use at most 80 characters.";
  else if (others.some((other) => other.name.toLowerCase() === name.toLowerCase())) {
    errors.name = "Another alert has this name.";
  }
  const rule = readRule(form, errors);
  const webhook_url = form.webhook_url.trim();
  if (webhook_url !== "" && !form.removes_webhook && !isWebAddress(webhook_url)) {
    errors.webhook_url = "Write a whole address, such as https://example.org/hook.";
  }
  const emails = addressesOf(form.emails);
  const broken = emails.find((address) => !isEmailAddress(address));
  if (broken !== undefined) errors.emails = `"${broken}" is not an e-mail address.`;
  else if (emails.length > 20) errors.emails = "An alert writes to at most 20 addresses.";
  if (Object.keys(errors).length > 0) return { draft: null, errors };
  return {
    draft: { name, rule, ...webhookPart(form, webhook_url), emails },
    errors: null,
  };
}

/** Nothing about a webhook that stays as it is. */
function webhookPart(form: AlertForm, typed: string): Pick<AlertDraft, "webhook_url"> {
  if (form.removes_webhook) return { webhook_url: null };
  if (typed !== "") return { webhook_url: typed };
  return form.stored_webhook === null ? { webhook_url: null } : {};
}

function readRule(form: AlertForm, errors: FormErrors): AlertRule {
  const number = (field: TypedField, least: number, most: number, whole = false): number => {
    const value = Number(form[field].trim().replace(",", "."));
    const fits = form[field].trim() !== "" && value >= least && value <= most;
    if (!fits || (whole && !Number.isInteger(value))) {
      errors[field] =
        `Write a ${whole ? "whole number" : "number"} from ${least} to ${most.toLocaleString("en-US")}.`;
    }
    return value;
  };
  switch (form.kind) {
    case "failure_rate":
      return {
        kind: "failure_rate",
        percentage: number("percentage", 1, 100),
        window_minutes: number("window_minutes", 5, 1440, true),
        least_jobs: number("least_jobs", 1, 1000, true),
      };
    case "stuck_job":
      return { kind: "stuck_job" };
    case "queue_age":
      return { kind: "queue_age", minutes: number("queue_minutes", 0.1, 1440) };
    case "spend_per_day":
      return { kind: "spend_per_day", usd: number("usd", 0.01, 1_000_000) };
    case "provider_down":
      return { kind: "provider_down", minutes: number("provider_minutes", 0.1, 1440) };
  }
}

/** Addresses with commas, semicolons, spaces or lines between them, each once. */
function addressesOf(text: string): string[] {
  const addresses = text.split(/[\s,;]+/).filter((address) => address !== "");
  return [...new Set(addresses)];
}

function isWebAddress(text: string): boolean {
  const url = URL.parse(text);
  return (url?.protocol === "https:" || url?.protocol === "http:") && url.username === "";
}
