import type { Context } from "hono";
import { matchedRoutes } from "hono/route";
import type { HttpEnvironment } from "./environment.ts";

/** `GET /api/v1/…/:id` as the tables of routes name it; undefined when the address is no route. HEAD matches GET. */
export function matchedRouteName(context: Context<HttpEnvironment>): string | undefined {
  const route = matchedRoutes(context).findLast(({ method }) => method !== "ALL");
  return route === undefined ? undefined : `${route.method} ${route.path}`;
}
