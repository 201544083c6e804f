import { arrive } from "../../../api/session/session-store.ts";
import { type LinkFields, spendLink } from "../session-api.ts";

const spent = new Set<string>();
const underWay = new Map<string, Promise<void>>();

/** Whether this page has used the link up, so that it does not ask about it again. */
export function wasSpentHere(secret: string): boolean {
  return spent.has(secret);
}

async function spendNow(secret: string, fields: LinkFields): Promise<void> {
  await spendLink(secret, fields);
  spent.add(secret);
  await arrive();
}

/** Uses a link up and signs in; a second call meanwhile joins the first: the link works once. @throws ApiError, OutageError */
export function spend(secret: string, fields: LinkFields): Promise<void> {
  const running = underWay.get(secret);
  if (running !== undefined) return running;
  const started = spendNow(secret, fields).finally(() => underWay.delete(secret));
  underWay.set(secret, started);
  return started;
}
