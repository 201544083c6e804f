import type { MiddlewareHandler } from "hono";
import { freshSignInRoutes } from "./access.ts";
import type { HttpEnvironment } from "./environment.ts";
import { matchedRouteName } from "./matched-route.ts";
import { requestErrors } from "./router.ts";

/**
 * Refuses what hands out access, or takes secrets, in a session whose person has not shown lately who they are: a browser that was
 * left open is no key to more than itself. Mount it behind what reads bodies.
 */
export function requireFreshSignIn(): MiddlewareHandler<HttpEnvironment> {
  return async (context, next) => {
    const proof = context.get("caller")?.proof;
    if (proof?.kind !== "session" || proof.is_fresh) return next();
    const asked = freshSignInRoutes[matchedRouteName(context) ?? ""];
    if (asked === undefined) return next();
    if (asked === "always" || gives(await context.req.json().catch(() => null), asked)) throw refuseStale();
    await next();
  };
}

/** Whether a body gives one of the fields; one that cannot be read is the handler's to refuse. */
function gives(body: unknown, fields: readonly string[]): boolean {
  if (typeof body !== "object" || body === null) return false;
  const given = new Map<string, unknown>(Object.entries(body));
  return fields.some((field) => (given.get(field) ?? null) !== null);
}

function refuseStale() {
  return requestErrors.create(
    "fresh_sign_in_required",
    "This hands out access or takes a secret, and you last showed who you are more than 15 minutes ago. " +
      "Enter your password again, or sign in anew, and repeat it.",
  );
}
