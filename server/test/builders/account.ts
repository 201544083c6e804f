import { randomBytes } from "node:crypto";
import { makeLinkFor } from "../../src/modules/users/links/make-links.ts";
import type { Role } from "../../src/platform/caller.ts";
import type { TestApp } from "../app.ts";
import { type Browser, createBrowser } from "../browser.ts";

/** A person who can sign in. */
export interface Account {
  readonly id: string;
  readonly email: string;
  readonly password: string;
}

export const goodPassword = "ferns-like-the-wet-shade";

/** Invites somebody, who uses their link as a browser does. */
export async function makeAccount(
  app: TestApp,
  role: Role = "viewer",
  email = `p${randomBytes(6).toString("hex")}@example.org`,
): Promise<Account & { readonly browser: Browser }> {
  const { database } = app.database;
  const { id } = await database
    .insertInto("users")
    .values({ name: "Mina Okafor", email, role })
    .returning("id")
    .executeTakeFirstOrThrow();
  const link = await makeLinkFor(database, "invitation", id, null);
  const browser = createBrowser(app);
  const used = await browser.ask("POST", "/auth/links/use", {
    token: secretOf(link),
    password: goodPassword,
  });
  if (used.status !== 200) throw new Error(JSON.stringify(used.body));
  return { id, email, password: goodPassword, browser };
}

/** The secret of a link as its page sends it. */
export function secretOf({ path }: { readonly path: string }): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
