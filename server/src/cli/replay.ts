import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import { z } from "zod";
import type { ApiClient } from "./api-client.ts";
import { exitCodes, formatCost } from "./output.ts";

const acceptedSchema = z.object({ task_id: z.string() });
const taskSchema = z.looseObject({
  status: z.string(),
  error_message: z.string().nullable(),
  pause_reason: z.string().nullable(),
});
const requestSchema = z.looseObject({
  id: z.string(),
  model: z.string(),
  cost_usd: z.number().nullable(),
  response: z.object({ text: z.string().nullish() }).nullable().catch(null),
});

const unfinished = new Set(["pending", "in_progress", "retry"]);
const pollMs = 500;

/** Adds `replay`: sends a recorded LLM request again and prints the new answer. */
export function addReplayCommand(program: Command, clientFor: () => ApiClient): void {
  program
    .command("replay <request>")
    .description("Send a recorded LLM request again, to compare its answers; content stays as it is")
    .option("--model <model>", "ask another model of the same provider")
    .option("--json", "print one JSON value on standard output")
    .action(async (request: string, flags: { readonly model?: string; readonly json?: boolean }) => {
      const client = clientFor();
      const edits = flags.model === undefined ? {} : { model: flags.model };
      const route = `/llm/requests/${encodeURIComponent(request)}/replay`;
      const { task_id } = await client.send("POST", route, edits, acceptedSchema);
      const task = await waitForEnd(client, task_id);
      if (task.status !== "completed") {
        process.stderr.write(
          `The replay is ${task.status}: ${task.error_message ?? task.pause_reason ?? ""}\n`,
        );
        process.exitCode = exitCodes.failed;
        return;
      }
      const [made] = await client.get(`/llm/requests?task_id=${task_id}&limit=1`, z.array(requestSchema));
      if (made === undefined) throw new Error(`The replay ${task_id} left no request`);
      const text = await client.getText(`/llm/requests/${made.id}`);
      if (flags.json) return void process.stdout.write(`${text}\n`);
      const answer = requestSchema.parse(JSON.parse(text));
      process.stdout.write(
        `${answer.response?.text ?? "The answer is a recording or a picture: see its page."}\n`,
      );
      process.stderr.write(`${answer.model}, cost ${formatCost(answer.cost_usd)}, request ${answer.id}\n`);
    });
}

async function waitForEnd(client: ApiClient, task_id: string): Promise<z.infer<typeof taskSchema>> {
  for (;;) {
    const task = await client.get(`/task-queue/tasks/${task_id}`, taskSchema);
    if (!unfinished.has(task.status)) return task;
    await delay(pollMs);
  }
}
