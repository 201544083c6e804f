import type { Context, MiddlewareHandler } from "hono";
import type { Caller, Identify } from "../platform/caller.ts";
import { type Access, mayCall, routeAccess } from "./access.ts";
import type { HttpEnvironment } from "./environment.ts";
import { matchedRouteName } from "./matched-route.ts";
import { requestErrors } from "./router.ts";

/** Finds out who makes the request and notes it; refuses nobody. Handlers find them as `caller`, and as `user` where there is one. */
export function identifyCaller(identify: Identify): MiddlewareHandler<HttpEnvironment> {
  return async (context, next) => {
    // A file of the dashboard is anybody's; health is told while the database that knows everybody is away.
    if (matchedRouteName(context) === undefined || !context.req.path.startsWith("/api/")) return next();
    const caller = await identify(context.req.raw.headers, context.get("client_address"));
    context.set("caller", caller);
    if (caller !== null) context.set("user", caller);
    await next();
  };
}

/**
 * Looks up the matched route in the table and refuses what it does not allow: deny by default.
 * @param learnerAccess `public`: published content needs no one signed in
 */
export function authorize(learnerAccess: "public" | "token"): MiddlewareHandler<HttpEnvironment> {
  return async (context, next) => {
    const name = matchedRouteName(context);
    if (name === undefined) return next();
    const declared: Access | undefined = routeAccess[name];
    const access = declared === "learning" && learnerAccess === "public" ? "public" : declared;
    if (access !== "public") {
      const caller = context.get("caller");
      if (caller === null) throw refuseStranger();
      if (access !== "own" && caller.owes_second_factor) throw refuseWithoutSecondFactor();
      if (access === undefined || !mayCall(caller, name, access)) throw refuse(name);
    }
    await next();
  };
}

/** Who makes the request, on a route that the table opens to nobody else. @throws AppError `sign_in_required` */
export function callerOf(context: Context<HttpEnvironment>): Caller {
  const caller = context.get("caller");
  if (caller === null) throw refuseStranger();
  return caller;
}

function refuseStranger() {
  return requestErrors.create(
    "sign_in_required",
    'Sign in first. A program sends a token in Authorization: Bearer …, made under Settings, API tokens, or by "coursewright login".',
  );
}

function refuseWithoutSecondFactor() {
  return requestErrors.create(
    "second_factor_required",
    "Your role asks for a second factor. Set one up under Settings, Account; until then nothing else is open to you.",
  );
}

function refuse(routeName: string) {
  return requestErrors.create(
    "not_allowed",
    `Your role, or the scope of your token, does not allow ${routeName}.`,
  );
}
