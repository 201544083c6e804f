import { statSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { Config } from "../config.ts";
import type { ApiClient } from "./api-client.ts";
import type { Finding } from "./finding.ts";
import { storedTokensFile } from "./stored-tokens.ts";

/** What the server's route promises. */
export const securitySchema = z.looseObject({
  is_open_to_network: z.boolean(),
  is_https: z.boolean(),
  listens_beyond_loopback: z.boolean(),
  needs_second_factor: z.boolean(),
  staff_without_second_factor: z.number(),
  invitations_open: z.number(),
  invitations_ended: z.number(),
  sessions: z.number(),
  tokens: z.number(),
  tokens_without_end: z.number(),
  tokens_unused: z.number(),
  keys: z.looseObject({ current: z.number(), held: z.array(z.number()), needed: z.array(z.number()) }),
  requests_per_second: z.number(),
  streams_per_user: z.number(),
});
export type SecurityFacts = z.infer<typeof securitySchema>;

/** Asks the server; its numbers are an administrator's. */
export async function readSecurity(client: ApiClient): Promise<Finding[]> {
  return describeSecurity(await client.get("/admin/security", securitySchema));
}

/** One line for each thing, with what to do about it. */
export function describeSecurity(facts: SecurityFacts): Finding[] {
  return [
    reach(facts),
    secondFactor(facts),
    invitations(facts),
    { what: "sessions", verdict: "ok", detail: `${facts.sessions} open` },
    tokens(facts),
    keys(facts),
    {
      what: "limits",
      verdict: "ok",
      detail:
        `${facts.requests_per_second} requests a second and ${facts.streams_per_user} event streams for each person or token, ` +
        "a quarter of the requests for an address where nobody is signed in",
    },
  ];
}

function reach({ is_open_to_network, is_https, listens_beyond_loopback }: SecurityFacts): Finding {
  const what = "reach";
  if (is_open_to_network && !is_https)
    return {
      ...{ what, verdict: "problem" },
      detail:
        "other machines, in the clear: passwords can be read on their way. Set COURSEWRIGHT_PUBLIC_URL to the https:// address of a proxy in front.",
    };
  if (is_open_to_network) return { what, verdict: "ok", detail: "other machines, by https" };
  return listens_beyond_loopback
    ? {
        ...{ what, verdict: "warning" },
        detail:
          "meant for this machine alone, but it listens on more than loopback. Map its port to 127.0.0.1, or set COURSEWRIGHT_HOST to that.",
      }
    : { what, verdict: "ok", detail: "this machine alone" };
}

function secondFactor(facts: SecurityFacts): Finding {
  const what = "second factor";
  const without = facts.staff_without_second_factor;
  const staff =
    without === 1 ? "1 administrator or operator has" : `${without} administrators or operators have`;
  if (facts.needs_second_factor) {
    return without === 0
      ? { what, verdict: "ok", detail: "every administrator and operator with a password has one" }
      : {
          ...{ what, verdict: "warning" },
          detail: `${staff} yet to set one up; until then nothing else is open to them. Remind them, or deactivate them under Users.`,
        };
  }
  const lacking = without === 0 ? "" : `; ${staff} none`;
  return facts.is_open_to_network
    ? {
        ...{ what, verdict: "warning" },
        detail: `asked of nobody${lacking}. Set COURSEWRIGHT_REQUIRE_SECOND_FACTOR=staff.`,
      }
    : { what, verdict: "ok", detail: `asked of nobody, on this machine alone${lacking}` };
}

function invitations({ invitations_open, invitations_ended }: SecurityFacts): Finding {
  const what = "invitations";
  const open = `${invitations_open} open`;
  return invitations_ended === 0
    ? { what, verdict: "ok", detail: open }
    : {
        ...{ what, verdict: "warning" },
        detail: `${open}, ${invitations_ended} ended unused. Under Users give a new invitation, or deactivate the account.`,
      };
}

function tokens({ tokens, tokens_without_end, tokens_unused }: SecurityFacts): Finding {
  const what = "API tokens";
  const faults = [
    ...(tokens_without_end === 0 ? [] : [`${tokens_without_end} without an end`]),
    ...(tokens_unused === 0 ? [] : [`${tokens_unused} not used for 90 days`]),
  ];
  return faults.length === 0
    ? { what, verdict: "ok", detail: `${tokens} work` }
    : {
        ...{ what, verdict: "warning" },
        detail: `${tokens} work, ${faults.join(", ")}. Revoke what nobody needs under Settings, API tokens.`,
      };
}

function keys({ keys: { current, held, needed } }: SecurityFacts): Finding {
  const what = "keys";
  const list = (versions: readonly number[]) => versions.join(", ");
  const former = needed.filter((version) => version !== current);
  if (former.length > 0)
    return {
      ...{ what, verdict: "warning" },
      detail: `${current} in use, but stored secrets still need ${list(former)}: a rotation was interrupted. Run "coursewright rotate-keys" again.`,
    };
  const idle = held.filter((version) => version !== current);
  return {
    ...{ what, verdict: "ok" },
    detail:
      idle.length === 0
        ? `${current} in use, no other`
        : `${current} in use; ${list(idle)} needed by backups only. "coursewright rotate-keys --prune" takes them away.`,
  };
}

/** Files that nobody but their owner may read, as far as they are there. */
export function checkModes({ home, keyFile }: Pick<Config, "home" | "keyFile">): Finding {
  const what = "secret files";
  const places = [keyFile, path.join(home, "cli-token"), storedTokensFile(), home];
  const open = places.filter((place) => {
    const found = statSync(place, { throwIfNoEntry: false });
    return found !== undefined && (found.mode & 0o077) !== 0;
  });
  const [first] = open;
  if (first === undefined) return { what, verdict: "ok", detail: "only their owner can read them" };
  const detail = `other users of this machine can read ${open.join(", ")}. Run "chmod go= ${open.join(" ")}".`;
  // Whoever gets into the folder finds files that have modes of their own.
  return first === home
    ? { what, verdict: "warning", detail }
    : { what, verdict: "problem", detail: `${detail} They may be known by now: rotate keys, revoke tokens.` };
}
