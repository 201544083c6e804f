import type { Connection } from "../../../api/engine-rows.ts";
import type { ConnectionDraft, Credentials } from "./connections-api.ts";

/** What the form holds while it is being filled in; secrets only as they are typed. */
export type ConnectionForm = {
  name: string;
  base_url: string;
  ui_url: string;
  auth_kind: Connection["auth_kind"];
  user: string;
  password: string;
  api_key: string;
  tags: string;
  deployment_ids: readonly string[];
};

/** Sentences for the fields that must change first. */
export type FormErrors = Partial<
  Record<"name" | "base_url" | "ui_url" | "user" | "password" | "api_key" | "tags", string>
>;

/** The form of a new connection: where Prefect listens when it is started without a word. */
export const newForm: ConnectionForm = {
  name: "",
  base_url: "http://127.0.0.1:4200/api",
  ui_url: "",
  auth_kind: "none",
  user: "",
  password: "",
  api_key: "",
  tags: "",
  deployment_ids: [],
};

/** The form of a connection that is there. */
export function formOf(connection: Connection): ConnectionForm {
  return {
    ...newForm,
    name: connection.name,
    base_url: connection.base_url,
    ui_url: connection.ui_url === derivedUiUrl(connection.base_url) ? "" : (connection.ui_url ?? ""),
    auth_kind: connection.auth_kind,
    tags: connection.filter_tags.join(", "),
    deployment_ids: connection.filter_deployment_ids,
  };
}

/** Prefect's pages as they stand beside its API. */
export function derivedUiUrl(baseUrl: string): string {
  return baseUrl
    .trim()
    .replace(/\/+$/, "")
    .replace(/\/api$/, "");
}

/** Whether a secret of the chosen kind is stored for the address, so that it may stay. It never goes to another server. */
export function hasSecretFor(form: ConnectionForm, stored: Connection | null): boolean {
  if (stored === null || stored.auth_kind !== form.auth_kind || form.auth_kind === "none") return false;
  return URL.parse(form.base_url.trim())?.origin === URL.parse(stored.base_url)?.origin;
}

/** Whether the stored secret stays: nothing else was typed. */
export function keepsSecret(form: ConnectionForm, stored: Connection | null): boolean {
  if (!hasSecretFor(form, stored)) return false;
  return form.auth_kind === "basic"
    ? form.user.trim() === "" && form.password === ""
    : form.api_key.trim() === "";
}

/** What the form asks for, or why it cannot be asked. */
export type ReadForm = { draft: ConnectionDraft; errors: null } | { draft: null; errors: FormErrors };

/** Reads the form; `others` are the connections whose names are taken, `stored` the one that is edited. */
export function readForm(
  form: ConnectionForm,
  stored: Connection | null,
  others: readonly Pick<Connection, "name">[],
): ReadForm {
  const errors: FormErrors = {};
  const name = form.name.trim();
  if (name === "") errors.name = "Give the connection a name.";
  else if (others.some((other) => other.name.toLowerCase() === name.toLowerCase())) {
    errors.name = "Another connection has this name.";
  }
  const base_url = form.base_url.trim();
  const wrongBase = addressError(base_url);
  if (wrongBase !== null) errors.base_url = wrongBase;
  const ui_url = form.ui_url.trim();
  const wrongUi = ui_url === "" ? null : addressError(ui_url);
  if (wrongUi !== null) errors.ui_url = wrongUi;
  const filter_tags = [...new Set(form.tags.split(",").map((tag) => tag.trim()))].filter((tag) => tag !== "");
  if (filter_tags.length > 20) errors.tags = "Name at most 20 tags.";
  else if (filter_tags.some((tag) => tag.length > 200)) errors.tags = "A tag has at most 200 characters.";
  const credentials = readCredentials(form, stored, errors);
  if (Object.keys(errors).length > 0) return { draft: null, errors };
  return {
    draft: {
      ...{ name, base_url, ui_url: ui_url === "" ? null : ui_url, filter_tags },
      filter_deployment_ids: [...form.deployment_ids],
      ...(credentials === undefined ? {} : { credentials }),
    },
    errors: null,
  };
}

/** What is sent to try the form. */
export type Probe = { connection_id: string | null; base_url: string; credentials?: Credentials };

/** What is needed to try the form: the address and the credentials, whatever the other fields hold. */
export function readProbe(
  form: ConnectionForm,
  stored: Connection | null,
): { probe: Probe; errors: null } | { probe: null; errors: FormErrors } {
  const read = readForm({ ...form, name: "x", ui_url: "", tags: "" }, stored, []);
  if (read.draft === null) return { probe: null, errors: read.errors };
  const { base_url, credentials } = read.draft;
  const probe: Probe = { connection_id: stored?.id ?? null, base_url };
  if (credentials !== undefined) probe.credentials = credentials;
  return { probe, errors: null };
}

function readCredentials(
  form: ConnectionForm,
  stored: Connection | null,
  errors: FormErrors,
): Credentials | undefined {
  if (keepsSecret(form, stored)) return undefined;
  switch (form.auth_kind) {
    case "none":
      return { kind: "none" };
    case "basic": {
      const user = form.user.trim();
      if (user === "") errors.user = "Write the user as well.";
      else if (user.includes(":")) errors.user = "A user's name has no colon.";
      if (form.password === "") errors.password = "Write the password as well.";
      return { kind: "basic", auth_string: `${user}:${form.password}` };
    }
    case "bearer": {
      const api_key = form.api_key.trim();
      if (api_key === "") errors.api_key = "Paste the API key.";
      return { kind: "bearer", api_key };
    }
  }
}

function addressError(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return "Write a whole address, such as http://127.0.0.1:4200/api.";
  }
  if (url.username !== "" || url.password !== "")
    return "Leave user and password out: they have fields of their own.";
  if (url.search !== "" || url.hash !== "") return "Leave out what begins with ? or #.";
  return null;
}
