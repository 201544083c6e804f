import { expect, test } from "vitest";
import { type Access, routeAccess } from "../../src/http/access.ts";

/**
 * Who may do what, said once more and apart from the table: the first rule that fits a route decides. The matrix of all visitors reads
 * the table, so it would follow a wrong entry; this would not.
 */
const rules: readonly (readonly [RegExp, Access])[] = [
  [/^GET \/(healthz|readyz|openapi\.json|docs|docs\/errors|docs\/style\.css)$/, "public"],
  [/^GET \/api\/v1\/auth\/(session|machine-proof|oauth2\/callback\/:provider)$/, "public"],
  [
    /^POST \/api\/v1\/auth\/(sign-in|sign-in\/second-factor|sign-in\/single-sign-on|links\/(look|use))$/,
    "public",
  ],
  [/ \/api\/v1\/auth\//, "own"],
  [/ \/api\/v1\/admin\/(sessions|tokens)(\/|$)/, "own"],
  [/ \/api\/v1\/admin\/(users|audit-log|security|providers|budgets)(\/|$)/, "admin"],
  [/^GET \/api\/v1\/(learner|media)\//, "learning"],
  [/^(POST|PATCH|DELETE) \/api\/v1\/admin\/alerts/, "admin"],
  [/^POST \/api\/v1\/prefect\/connections\/:id\/(test|launch)$/, "operator"],
  [/^(POST|PATCH|DELETE) \/api\/v1\/prefect\/connections/, "admin"],
  [/^DELETE \/api\/v1\/content\//, "admin"],
  // One's own rows; the queries hold that they are.
  [/ \/api\/v1\/admin\/saved-views/, "viewer"],
  [/^GET \/api\/v1\//, "viewer"],
  [
    /^(POST|PUT|PATCH|DELETE) \/api\/v1\/(task-queue|llm|content|content-creator|prefect|admin\/incidents)\//,
    "operator",
  ],
];

test("every route asks for the role that the rules name, no more and no less", () => {
  const wrong = Object.entries(routeAccess).flatMap(([route, access]) => {
    const expected = rules.find(([pattern]) => pattern.test(route))?.[1];
    return access === expected ? [] : [`${route}: ${access} instead of ${expected}`];
  });
  expect(wrong).toEqual([]);
  const counts = Object.groupBy(Object.values(routeAccess), (access) => access);
  const told = Object.entries(counts).map(([access, routes]) => `${routes?.length} ${access}`);
  process.stdout.write(`route census: ${Object.keys(routeAccess).length} routes: ${told.join(", ")}\n`);
});

test("each of the rules is about some route", () => {
  const routes = Object.keys(routeAccess);
  const idle = rules.filter(
    ([pattern], place) =>
      !routes.some(
        (route) => rules.findIndex(([earlier]) => earlier.test(route)) === place && pattern.test(route),
      ),
  );
  expect(idle.map(([pattern]) => pattern.source)).toEqual([]);
});
