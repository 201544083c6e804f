import { expect, test } from "vitest";
import { sampleConnection } from "../../engines/engine-fixtures.ts";
import {
  type ConnectionForm,
  derivedUiUrl,
  formOf,
  keepsSecret,
  newForm,
  readForm,
  readProbe,
} from "./connection-form.ts";

const filled = (part: Partial<ConnectionForm>): ConnectionForm => ({ ...newForm, name: "Mine", ...part });
const errorsOf = (part: Partial<ConnectionForm>) => readForm(filled(part), null, [{ name: "Taken" }]).errors;
const secured = { ...sampleConnection, auth_kind: "basic" as const };

test("a filled form becomes what is sent, with tags told apart by commas", () => {
  const form = filled({ base_url: " https://p.example.org/api ", tags: " a, b,, a ", deployment_ids: ["d"] });
  expect(readForm(form, null, []).draft).toEqual({
    name: "Mine",
    base_url: "https://p.example.org/api",
    ui_url: null,
    filter_tags: ["a", "b"],
    filter_deployment_ids: ["d"],
    credentials: { kind: "none" },
  });
});

test("a connection that is opened and saved unchanged stays what it was, and its secret is not sent", () => {
  for (const stored of [sampleConnection, secured, { ...sampleConnection, auth_kind: "bearer" as const }]) {
    const { draft } = readForm(formOf(stored), stored, []);
    expect(draft).toMatchObject({ name: stored.name, base_url: stored.base_url, ui_url: null });
    expect(draft?.credentials).toEqual(stored.auth_kind === "none" ? { kind: "none" } : undefined);
  }
});

test.each([
  [{ name: "" }, { name: "Give the connection a name." }],
  [{ name: "taken" }, { name: "Another connection has this name." }],
  [{ base_url: "prefect" }, { base_url: "Write a whole address, such as http://127.0.0.1:4200/api." }],
  [
    { base_url: "ftp://p.example.org" },
    { base_url: "Write a whole address, such as http://127.0.0.1:4200/api." },
  ],
  [
    { base_url: "http://me:secret@p.example.org/api" },
    { base_url: "Leave user and password out: they have fields of their own." },
  ],
  [{ base_url: "http://p.example.org/api?x=1" }, { base_url: "Leave out what begins with ? or #." }],
  [{ ui_url: "nowhere" }, { ui_url: "Write a whole address, such as http://127.0.0.1:4200/api." }],
  [{ tags: Array.from({ length: 21 }, (_, place) => `t${place}`).join() }, { tags: "Name at most 20 tags." }],
  [{ auth_kind: "basic", user: "me" }, { password: "Write the password as well." }],
  [{ auth_kind: "basic", user: "a:b", password: "x" }, { user: "A user's name has no colon." }],
  [{ auth_kind: "bearer" }, { api_key: "Paste the API key." }],
] satisfies [Partial<ConnectionForm>, object][])("%j is refused beside its field", (part, errors) => {
  expect(errorsOf(part)).toEqual(errors);
});

test("user and password go out as one string, in which the password may hold colons", () => {
  const form = filled({ auth_kind: "basic", user: " me ", password: "a:b c " });
  expect(readForm(form, null, []).draft?.credentials).toEqual({ kind: "basic", auth_string: "me:a:b c " });
});

test("a stored secret stays for its own server only, and only while nothing is typed", () => {
  const form = formOf(secured);
  expect(keepsSecret(form, secured)).toBe(true);
  expect(keepsSecret({ ...form, base_url: "http://prefect.example.org:4200/other/api" }, secured)).toBe(true);
  expect(keepsSecret({ ...form, base_url: "http://elsewhere.example.org:4200/api" }, secured)).toBe(false);
  expect(keepsSecret({ ...form, password: "x" }, secured)).toBe(false);
  expect(keepsSecret({ ...form, auth_kind: "bearer" }, secured)).toBe(false);
});

test("a form can be tried before it has a name, with the stored secret where it stays", () => {
  expect(readProbe({ ...newForm, tags: "x" }, null)).toEqual({
    probe: { connection_id: null, base_url: newForm.base_url, credentials: { kind: "none" } },
    errors: null,
  });
  expect(readProbe(formOf(secured), secured).probe).toEqual({
    connection_id: secured.id,
    base_url: secured.base_url,
  });
  expect(readProbe(filled({ base_url: "" }), null).errors).toHaveProperty("base_url");
});

test("Prefect's pages stand beside its API", () => {
  expect(derivedUiUrl("http://127.0.0.1:4200/api/")).toBe("http://127.0.0.1:4200");
  expect(derivedUiUrl("https://x.example.org/prefect/api")).toBe("https://x.example.org/prefect");
});
