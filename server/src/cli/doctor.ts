import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import type { Command } from "commander";
import { z } from "zod";
import { type Config, loadConfig } from "../config.ts";
import { AppError } from "../platform/errors.ts";
import { ensureHome } from "../platform/home-lock.ts";
import { loadedSecrets } from "../platform/redaction.ts";
import type { ApiClient } from "./api-client.ts";
import { describeAuditLog, verificationSchema } from "./audit-finding.ts";
import type { Finding } from "./finding.ts";
import { exitCodes, printable, printJson } from "./output.ts";
import { checkModes, readSecurity } from "./security-findings.ts";

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
        checkModes(config),
        checkAuthor(config),
        ...(await checkServer(clientFor())),
      ].map((finding) => ({ ...finding, detail: printable(loadedSecrets.text(finding.detail)) }));
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
    ensureHome(config.home);
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
      ...(await checkSecurity(client)),
      await checkAuditLog(client),
    ];
  } catch (error) {
    return [
      { what: "server", verdict: "problem", detail: error instanceof Error ? error.message : String(error) },
    ];
  }
}

async function checkSecurity(client: ApiClient): Promise<Finding[]> {
  try {
    return await readSecurity(client);
  } catch (error) {
    return [notChecked("security", error)];
  }
}

/** Refused: the token is not an administrator's. Anything else is out of order. */
function notChecked(what: string, error: unknown): Finding {
  const isRefused = error instanceof AppError && error.code === "request_refused";
  const detail = `not checked: ${error instanceof Error ? error.message : String(error)}`;
  return { what, verdict: isRefused ? "warning" : "problem", detail };
}

/** The server reads the whole chain; its head, kept elsewhere, also shows a log that was cut at its end. */
async function checkAuditLog(client: ApiClient): Promise<Finding> {
  try {
    return describeAuditLog(await client.get("/admin/audit-log/verification", verificationSchema));
  } catch (error) {
    return notChecked("audit log", error);
  }
}
