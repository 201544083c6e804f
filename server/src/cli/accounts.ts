import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import type { App } from "../app.ts";
import type { Config } from "../config.ts";
import type { OwnerLink } from "../modules/users/links/owner-links.ts";
import type { AuditEntry } from "../platform/audit-entry.ts";
import { findHomeLockHolder } from "../platform/home-lock.ts";
import { cliErrors } from "./errors.ts";
import { printJson } from "./output.ts";
import { withApp } from "./with-app.ts";

interface LinkFlags {
  readonly email?: string;
  readonly name?: string;
  readonly json?: boolean;
}

/** Adds `create-admin` and `sign-in-link`: the ways in for whoever owns the machine and its database. */
export function addAccountCommands(program: Command): void {
  program
    .command("create-admin")
    .description(
      "Print a one-time link that makes an administrator, or lets one in again who lost the password",
    )
    .option("--email <address>", "of the new administrator, or of an account that becomes one", readEmail)
    .option("--name <name>", "of a new administrator", readName)
    .option("--json", "print one JSON value on standard output")
    .action((flags: LinkFlags) =>
      withApp("create-admin", async (app, config) => {
        const link = await app.links.makeAdministratorLink(flags, addressOf(config));
        await record(app, "account.create_admin_link", link, { role: "admin" });
        print(link, flags, "Open it in a browser within the time; it works once:");
        warnWithoutServer(config);
      }),
    );
  program
    .command("sign-in-link")
    .description("Print a one-time link that signs you in on this machine, without a password")
    .option("--json", "print one JSON value on standard output")
    .action((flags: LinkFlags) =>
      withApp("sign-in-link", async (app, config) => {
        const link = await app.links.makeLocalLink(addressOf(config));
        if (link === null)
          throw cliErrors.create(
            "request_refused",
            "Here people sign in with e-mail address and password: a link that signs in by itself is for a server on this machine " +
              'alone with the database that it brings. "coursewright create-admin" makes an administrator.',
          );
        await record(app, "account.sign_in_link", link);
        print(link, flags, "Open it in a browser on this machine; it works once:");
        warnWithoutServer(config);
      }),
    );
}

function readEmail(text: string): string {
  const read = z.email().max(254).safeParse(text.trim().toLowerCase());
  if (!read.success) throw new InvalidArgumentError("It must be an e-mail address.");
  return read.data;
}

function readName(text: string): string {
  const name = text.trim();
  if (name === "" || name.length > 100) throw new InvalidArgumentError("It must have 1 to 100 characters.");
  return name;
}

/** Where the server of this data folder answers, when one runs and people do not reach it elsewhere. */
function addressOf({ publicUrl, home }: Config): string | undefined {
  return publicUrl === undefined ? (findHomeLockHolder(home)?.address ?? undefined) : undefined;
}

/** While the server is down any program on this machine may listen in its place, and would be sent the link. */
function warnWithoutServer(config: Config): void {
  if (config.publicUrl !== undefined || addressOf(config) !== undefined) return;
  process.stderr.write(
    "No server of this data folder is known to run. Start it before you open the link: until then another program may listen there.\n",
  );
}

/** The kind of link tells what was done: an invitation is a new account, `password_reset` one that was there and has the role now. */
async function record(
  app: App,
  action: string,
  { user_id, kind }: OwnerLink,
  details: AuditEntry["details"] = {},
): Promise<void> {
  await app.recordAudit({
    ...{
      actor_id: null,
      actor_kind: "machine",
      token_id: null,
      action,
      object_kind: "user",
      object_id: user_id,
    },
    ...{ result: "done", code: null, request_id: null, address: null, user_agent: null },
    details: { ...details, link: kind },
  });
}

function print({ url, expires_at }: OwnerLink, { json }: LinkFlags, sentence: string): void {
  if (json) printJson({ url, expires_at });
  else process.stdout.write(`${sentence}\n${url}\n`);
}
