import { expect, test } from "vitest";
import { type AlertForm, formOf, newForm, readForm } from "./alert-form.ts";
import { sensibleAlerts } from "./alert-words.ts";

const filled = (part: Partial<AlertForm>): AlertForm => ({ ...newForm, name: "Mine", ...part });
const errorsOf = (part: Partial<AlertForm>) => readForm(filled(part), [{ name: "Taken" }]).errors;

test("the fields of the chosen kind become the rule, and only they", () => {
  const read = readForm(
    filled({
      kind: "queue_age",
      queue_minutes: "2,5",
      percentage: "nonsense",
      webhook_url: " https://example.org/hook ",
      emails: "a@example.org, b@example.org\na@example.org",
    }),
    [],
  );
  expect(read.draft).toEqual({
    name: "Mine",
    rule: { kind: "queue_age", minutes: 2.5 },
    webhook_url: "https://example.org/hook",
    emails: ["a@example.org", "b@example.org"],
  });
});

test("an alert that is opened and saved unchanged stays what it was", () => {
  for (const draft of sensibleAlerts) {
    const told = { ...draft, webhook_url: "https://example.org/…3fXa", emails: ["a@example.org"] };
    const { webhook_url: _stays, ...rest } = told;
    expect(readForm(formOf(told), []).draft).toEqual(rest);
  }
});

test("a stored webhook is kept, replaced or taken away; its shortened address is never sent", () => {
  const stored = { ...filled({}), stored_webhook: "https://example.org/…3fXa" };
  expect(readForm(stored, []).draft).not.toHaveProperty("webhook_url");
  const moved = readForm({ ...stored, webhook_url: "https://example.org/new" }, []).draft;
  expect(moved?.webhook_url).toBe("https://example.org/new");
  expect(readForm({ ...stored, removes_webhook: true }, []).draft?.webhook_url).toBeNull();
  expect(readForm(filled({}), []).draft?.webhook_url).toBeNull();
});

test.each([
  [{ name: "  " }, { name: "Give the alert a name." }],
  [{ name: "taken" }, { name: "Another alert has this name." }],
  [{ percentage: "" }, { percentage: "Write a number from 1 to 100." }],
  [{ percentage: "101" }, { percentage: "Write a number from 1 to 100." }],
  [{ window_minutes: "7.5" }, { window_minutes: "Write a whole number from 5 to 1,440." }],
  [{ kind: "spend_per_day", usd: "free" } as const, { usd: "Write a number from 0.01 to 1,000,000." }],
  [
    { webhook_url: "example.org" },
    { webhook_url: "Write a whole address, such as https://example.org/hook." },
  ],
  [{ emails: "a@example.org someone" }, { emails: '"someone" is not an e-mail address.' }],
])("%j is refused in words", (part, errors) => {
  expect(errorsOf(part)).toEqual(errors);
});

test("everything that is wrong is said at once", () => {
  expect(Object.keys(errorsOf({ name: "", least_jobs: "0", emails: "x" }) ?? {})).toEqual([
    "name",
    "least_jobs",
    "emails",
  ]);
});
