import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, expect, test } from "vitest";
import type { LlmRequestDetail } from "../../../api/detail-rows.ts";
import { ReplayEditor } from "./ReplayEditor.tsx";

afterEach(cleanup);

// jsdom knows no modal dialogs: opening one is all that the dialog asks of it.
beforeAll(() => {
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
    this.open = true;
  };
});

// The editor reads only these fields of a request.
const request = {
  id: "r1",
  kind: "text",
  model: "m-1",
  status: "completed",
  cached: false,
  cost_usd: 0.0042,
  parameters: { max_output_tokens: 600 },
  messages: [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Explain the tides." },
  ],
  request: { url: "https://models.example.org", body: {} },
} as unknown as LlmRequestDetail;

function show(): void {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  const models = [{ kind: "text", provider: "p", model: "m-2", is_configured: true }];
  client.setQueryData(["item", "/llm/models", {}], models);
  render(
    <QueryClientProvider client={client}>
      <ReplayEditor request={request} open onClose={() => undefined} onSent={() => undefined} />
    </QueryClientProvider>,
  );
}

test("it opens with what was sent, and sending that again costs about the same", () => {
  show();
  expect(screen.getByLabelText<HTMLTextAreaElement>("Prompt").value).toBe("Explain the tides.");
  expect(screen.getByText("About $0.0042, as the original cost.")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Send as it was" })).toBeTruthy();
  expect(document.querySelector("datalist option")?.getAttribute("value")).toBe("m-2");
});

test("an edit is named with what it was, and another model's price is not claimed", async () => {
  show();
  await userEvent.clear(screen.getByLabelText("Model"));
  await userEvent.type(screen.getByLabelText("Model"), "m-2");
  expect(screen.getByText("edited; the original had m-1")).toBeTruthy();
  expect(
    screen.getByText("What it costs with m-2 is unknown; the original cost $0.0042 with m-1."),
  ).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Undo the edit" }));
  expect(screen.getByLabelText<HTMLInputElement>("Model").value).toBe("m-1");
});

test("what cannot be sent is marked, and the button says so", async () => {
  show();
  await userEvent.type(screen.getByLabelText("Temperature"), "warm");
  expect(screen.getByLabelText("Temperature").getAttribute("aria-invalid")).toBe("true");
  expect(screen.getByRole("button", { name: /^Send edited/ }).getAttribute("title")).toBe(
    "Correct the marked fields first.",
  );
});
