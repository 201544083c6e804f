import type { Role } from "../../api/session/roles.ts";
import { paths } from "../../paths.ts";
import type { IconName } from "../../ui/icon/icon-shapes.tsx";

/** One of the six tabs. */
export type NavigationEntry = {
  word: string;
  shortWord: string;
  href: string;
  icon: IconName;
  /** The least role that may open it; a viewer may open the others. */
  least?: Exclude<Role, "learner">;
};

/** The six tabs in their order; there is no other top-level page. */
export const navigationEntries: NavigationEntry[] = [
  { word: "Dashboard", shortWord: "Dashboard", href: paths.dashboard(), icon: "dashboard" },
  { word: "Flow Runs", shortWord: "Flows", href: paths.flowRuns(), icon: "flow" },
  { word: "Tasks", shortWord: "Tasks", href: paths.tasks(), icon: "task" },
  { word: "LLM Requests", shortWord: "Requests", href: paths.llmRequests(), icon: "request" },
  { word: "Units", shortWord: "Units", href: paths.units(), icon: "unit" },
  { word: "Users", shortWord: "Users", href: paths.users(), icon: "user", least: "admin" },
];

/** Whether an address belongs to a tab. */
export function isUnder(pathname: string, href: string): boolean {
  if (href === "/") return pathname === "/" || pathname === "/admin/course-generation";
  return pathname === href || pathname.startsWith(`${href}/`);
}
