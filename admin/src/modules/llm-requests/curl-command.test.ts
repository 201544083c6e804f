import { expect, test } from "vitest";
import { answerSchemaOf, curlCommandOf } from "./curl-command.ts";

const sent = {
  method: "POST",
  url: "https://models.example.org/v1/chat/completions",
  headers: { "content-type": "application/json", Authorization: "Bearer secret", "user-agent": "x" },
  body: { model: "m", prompt: "it's" },
};

test("the command carries the body and reads the key from the environment instead of showing one", () => {
  const command = curlCommandOf(sent) ?? "";
  expect(command).toContain(`curl 'https://models.example.org/v1/chat/completions'`);
  expect(command).toContain(`-H 'content-type: application/json'`);
  expect(command).toContain(`"Authorization: Bearer $API_KEY"`);
  expect(command).not.toContain("secret");
});

test("a quote in a prompt cannot end the shell's quotes", () => {
  expect(curlCommandOf(sent)).toContain(`--data-raw '{"model":"m","prompt":"it'\\''s"}'`);
});

test.each([
  ["the offline author's input", { input: "text" }],
  ["an expired payload", null],
])("%s gives no command", (_name, request) => {
  expect(curlCommandOf(request)).toBeNull();
});

test("the answer's schema is found in both wire formats", () => {
  const schema = { type: "object" };
  const chat = { ...sent, body: { response_format: { json_schema: { name: "x", schema } } } };
  const responses = { ...sent, body: { text: { format: { type: "json_schema", schema } } } };
  expect([chat, responses, sent].map(answerSchemaOf)).toEqual([schema, schema, null]);
});
