import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
} from "@tanstack/react-router";
import type { ComponentType } from "react";
import { FaultPage } from "./modules/navigation/FaultPage.tsx";
import { NotFoundPage } from "./modules/navigation/NotFoundPage.tsx";
import { RootFrame } from "./modules/navigation/RootFrame.tsx";
import { loadPalette } from "./modules/search/public.ts";
import { pageForRole } from "./modules/session/public.ts";
import { formatSearch, parseSearch } from "./ui/link/search-params.ts";
import { SkeletonRows } from "./ui/page/Skeleton.tsx";

const root = createRootRoute({ component: RootFrame, notFoundComponent: NotFoundPage });

const pageLoaders: (() => Promise<unknown>)[] = [];

function lazyPage<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  pageLoaders.push(load);
  return lazyRouteComponent(load, name);
}

/** Waits until the page has nothing better to do; a browser that cannot tell is given a moment. */
const idle = () =>
  new Promise<unknown>((resolve) =>
    typeof requestIdleCallback === "function" ? requestIdleCallback(resolve) : setTimeout(resolve, 50),
  );

/** Fetches the code of every page one by one, so that one that is first visited while the server is away can say so. */
export async function preloadPages(): Promise<void> {
  for (const load of [...pageLoaders, loadPalette]) {
    await idle();
    await load().catch(() => {
      // What cannot be fetched now is asked for again when its page is visited.
    });
  }
}

const loadDashboard = () => import("./modules/dashboard/Dashboard.tsx");
const dashboard = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyPage(loadDashboard, "Dashboard"),
});
const courseGeneration = createRoute({
  getParentRoute: () => root,
  path: "/admin/course-generation",
  component: lazyPage(loadDashboard, "Dashboard"),
});
const flowRuns = createRoute({
  getParentRoute: () => root,
  path: "/flows",
  component: lazyPage(() => import("./modules/flow-runs/FlowRunsList.tsx"), "FlowRunsList"),
});
const flowRun = createRoute({
  getParentRoute: () => root,
  path: "/flows/$id",
  component: lazyPage(() => import("./modules/flow-runs/FlowRunDetails.tsx"), "FlowRunDetails"),
});
const tasks = createRoute({
  getParentRoute: () => root,
  path: "/tasks",
  component: lazyPage(() => import("./modules/tasks/TasksList.tsx"), "TasksList"),
});
const llmRequests = createRoute({
  getParentRoute: () => root,
  path: "/llm-requests",
  component: lazyPage(() => import("./modules/llm-requests/LlmRequestsList.tsx"), "LlmRequestsList"),
});
const units = createRoute({
  getParentRoute: () => root,
  path: "/units",
  component: lazyPage(() => import("./modules/units/UnitsList.tsx"), "UnitsList"),
});
const newUnit = createRoute({
  getParentRoute: () => root,
  path: "/units/new",
  component: pageForRole(
    "operator",
    "New unit",
    lazyPage(() => import("./modules/units/new-unit/NewUnit.tsx"), "NewUnit"),
  ),
});
const unit = createRoute({
  getParentRoute: () => root,
  path: "/units/$id",
  component: lazyPage(() => import("./modules/units/UnitDetails.tsx"), "UnitDetails"),
});
// A child without a component: the unit's page stays where it is while its lessons open and close.
const lesson = createRoute({ getParentRoute: () => unit, path: "lessons/$lesson_id" });
const task = createRoute({
  getParentRoute: () => root,
  path: "/tasks/$id",
  component: lazyPage(() => import("./modules/tasks/TaskDetails.tsx"), "TaskDetails"),
});
const llmRequest = createRoute({
  getParentRoute: () => root,
  path: "/llm-requests/$id",
  component: lazyPage(() => import("./modules/llm-requests/LlmRequestDetails.tsx"), "LlmRequestDetails"),
});
const users = createRoute({
  getParentRoute: () => root,
  path: "/users",
  component: pageForRole(
    "admin",
    "Users",
    lazyPage(() => import("./modules/users/UsersList.tsx"), "UsersList"),
  ),
});
const user = createRoute({
  getParentRoute: () => root,
  path: "/users/$id",
  component: pageForRole(
    "admin",
    "Users",
    lazyPage(() => import("./modules/users/UserDetails.tsx"), "UserDetails"),
  ),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyPage(() => import("./modules/settings/SettingsIndex.tsx"), "SettingsIndex"),
});
const settingsAlerts = createRoute({
  getParentRoute: () => root,
  path: "/settings/alerts",
  component: lazyPage(() => import("./modules/settings/alerts/AlertsPage.tsx"), "AlertsPage"),
});
const settingsConnections = createRoute({
  getParentRoute: () => root,
  path: "/settings/connections",
  component: lazyPage(() => import("./modules/settings/connections/ConnectionsPage.tsx"), "ConnectionsPage"),
});

const settingsAccount = createRoute({
  getParentRoute: () => root,
  path: "/settings/account",
  component: lazyPage(() => import("./modules/session/account/AccountPage.tsx"), "AccountPage"),
});
const settingsSessions = createRoute({
  getParentRoute: () => root,
  path: "/settings/sessions",
  component: lazyPage(() => import("./modules/settings/sessions/SessionsPage.tsx"), "SessionsPage"),
});
const settingsTokens = createRoute({
  getParentRoute: () => root,
  path: "/settings/tokens",
  component: lazyPage(() => import("./modules/settings/tokens/TokensPage.tsx"), "TokensPage"),
});
const settingsAudit = createRoute({
  getParentRoute: () => root,
  path: "/settings/audit",
  component: pageForRole(
    "admin",
    "Audit log",
    lazyPage(() => import("./modules/settings/audit/AuditPage.tsx"), "AuditPage"),
  ),
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  component: lazyPage(() => import("./modules/session/sign-in/SignInPage.tsx"), "SignInPage"),
});
const setUp = createRoute({
  getParentRoute: () => root,
  path: "/setup/$secret",
  component: lazyPage(() => import("./modules/session/set-up/SetUpPage.tsx"), "SetUpPage"),
});

/** Builds the router, over the browser's address unless told; each page's code is a file of its own. */
export function createAppRouter(history?: RouterHistory) {
  return createRouter({
    ...(history === undefined ? {} : { history }),
    routeTree: root.addChildren([
      dashboard,
      courseGeneration,
      flowRuns,
      flowRun,
      tasks,
      llmRequests,
      units,
      newUnit,
      unit.addChildren([lesson]),
      task,
      llmRequest,
      users,
      user,
      settings,
      settingsAlerts,
      settingsConnections,
      settingsAccount,
      settingsSessions,
      settingsTokens,
      settingsAudit,
      signIn,
      setUp,
    ]),
    parseSearch,
    stringifySearch: formatSearch,
    scrollRestoration: true,
    defaultErrorComponent: FaultPage,
    defaultPendingComponent: () => <SkeletonRows rows={12} />,
    defaultPendingMs: 150,
  });
}
