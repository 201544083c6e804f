import { constants } from "node:fs";
import { access, mkdir, statfs } from "node:fs/promises";
import type { Command } from "commander";
import { z } from "zod";
import { type Config, loadConfig } from "../config.ts";
import { AppError } from "../platform/errors.ts";
import { loadedSecrets } from "../platform/redaction.ts";
import type { ApiClient } from "./api-client.ts";
import { exitCodes, printJson } from "./output.ts";

interface Finding {
  readonly what: string;
  readonly verdict: "ok" | "warning" | "problem";
  readonly detail: string;
}

const lowDiskBytes = 1024 ** 3;

/** Adds `doctor`: looks at this machine and at the running server, and says what to do about each problem. */
export function addDoctorCommand(program: Command, clientFor: () => ApiClient): void {
  program
    .command("doctor")
    .description("Check this machine and the running server")
    .option("--json", "print one JSON value on standard output")
    .action(async (flags: { readonly json?: boolean }) => {
      const config = loadConfig(process.env);
      const findings = [
        checkNode(),
        await checkHome(config),
        await checkDisk(config),
        checkAuthor(config),
        ...(await checkServer(clientFor())),
      ].map((finding) => ({ ...finding, detail: loadedSecrets.text(finding.detail) }));
      if (flags.json) printJson(findings);
      else
        for (const { what, verdict, detail } of findings)
          process.stdout.write(`${mark[verdict]} ${what}: ${detail}\n`);
      if (findings.some(({ verdict }) => verdict === "problem")) process.exitCode = exitCodes.failed;
    });
}

const mark = { ok: "ok     ", warning: "warning", problem: "problem" } as const;

function checkNode(): Finding {
  return { what: "Node", verdict: "ok", detail: process.versions.node };
}

async function checkHome(config: Config): Promise<Finding> {
  try {
    await mkdir(config.home, { recursive: true });
    await access(config.home, constants.W_OK);
    return { what: "data folder", verdict: "ok", detail: config.home };
  } catch (error) {
    return {
      what: "data folder",
      verdict: "problem",
      detail: `${config.home} cannot be written (${error instanceof Error ? error.message : String(error)}). Choose another with COURSEWRIGHT_HOME.`,
    };
  }
}

async function checkDisk(config: Config): Promise<Finding> {
  const { bavail, bsize } = await statfs(config.home);
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GB free`;
  return free < lowDiskBytes
    ? {
        what: "disk",
        verdict: "warning",
        detail: `${text}. Make room: the database stops when the disk is full.`,
      }
    : { what: "disk", verdict: "ok", detail: text };
}

function checkAuthor(config: Config): Finding {
  const { baseUrl, textModel } = config.llm;
  return baseUrl === undefined || textModel === undefined
    ? {
        what: "author",
        verdict: "ok",
        detail:
          "offline (no AI model). Set COURSEWRIGHT_LLM_BASE_URL and COURSEWRIGHT_TEXT_MODEL for a language model.",
      }
    : { what: "author", verdict: "ok", detail: `${textModel} at ${baseUrl}` };
}

const workerSchema = z.looseObject({ health: z.string(), host: z.string(), pid: z.number() });
const statusSchema = z.looseObject({ oldest_waiting_seconds: z.number() });

async function checkServer(client: ApiClient): Promise<Finding[]> {
  try {
    const workers = await client.get("/task-queue/workers", z.array(workerSchema));
    const queue = await client.get("/task-queue/status", statusSchema);
    const healthy = workers.filter(({ health }) => health === "healthy").length;
    const waiting = queue.oldest_waiting_seconds;
    return [
      { what: "server", verdict: "ok", detail: client.url },
      healthy > 0
        ? { what: "workers", verdict: "ok", detail: `${healthy} healthy` }
        : {
            what: "workers",
            verdict: "problem",
            detail: 'None is alive, so nothing is written. Start one with "coursewright worker".',
          },
      {
        what: "queue",
        verdict: waiting > 300 ? "warning" : "ok",
        detail: waiting === 0 ? "nothing waits" : `the oldest task waits for ${Math.round(waiting)} s`,
      },
      await checkAuditLog(client),
    ];
  } catch (error) {
    return [
      { what: "server", verdict: "problem", detail: error instanceof Error ? error.message : String(error) },
    ];
  }
}

const verificationSchema = z.looseObject({
  is_intact: z.boolean(),
  entries: z.number(),
  head: z.string().nullable(),
  problem: z.string().nullable(),
});

/** The server reads the whole chain; its head, kept elsewhere, also shows a log that was cut at its end. */
async function checkAuditLog(client: ApiClient): Promise<Finding> {
  const what = "audit log";
  try {
    const found = await client.get("/admin/audit-log/verification", verificationSchema);
    if (!found.is_intact) {
      const detail = `${found.problem} Somebody changed it in the database; what comes before is whole.`;
      return { what, verdict: "problem", detail };
    }
    const entries = `${found.entries.toLocaleString("en-US")} ${found.entries === 1 ? "entry" : "entries"}`;
    const head = found.head === null ? "" : `, head ${found.head}`;
    return { what, verdict: "ok", detail: `${entries}, the chain is whole${head}` };
  } catch (error) {
    const isRefused = error instanceof AppError && error.code === "request_refused";
    const detail = `not checked: ${error instanceof Error ? error.message : String(error)}`;
    return { what, verdict: isRefused ? "warning" : "problem", detail };
  }
}
