import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { type Access, mayCall, routeAccess } from "./access.ts";
import type { CurrentUser, HttpEnvironment } from "./environment.ts";
import { requestErrors } from "./router.ts";

/** Says who makes a request, null when nobody is signed in. Injected by app.ts. */
export type Identify = (headers: Headers) => Promise<CurrentUser | null>;

/** Looks up the matched route in the table and refuses what it does not allow: deny by default. */
export function authorize(identify: Identify): MiddlewareHandler<HttpEnvironment> {
  return async (context, next) => {
    const route = matchedRoutes(context).findLast(({ method }) => method !== "ALL");
    if (route !== undefined) {
      const user = await identify(context.req.raw.headers);
      const access: Access | undefined = routeAccess[`${route.method} ${route.path}`];
      if (access === undefined || (access !== "public" && (user === null || !mayCall(user.role, access)))) {
        throw requestErrors.create("not_allowed", `Your role may not ${context.req.method} ${route.path}.`);
      }
      if (user !== null) context.set("user", user);
    }
    await next();
  };
}
