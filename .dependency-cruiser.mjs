const module = (name, allowed) => ({
  name: `${name}-imports`,
  comment: `modules/${name} may import only what ARCHITECTURE.md lists for it`,
  severity: "error",
  from: { path: `^server/src/modules/${name}/`, pathNot: testFiles },
  to: {
    path: "^server/src/",
    pathNot: [
      "^server/src/platform/",
      `^server/src/modules/${name}/`,
      // routes.ts alone may import http/; the rule "http-from-routes" holds that
      "^server/src/http/",
      ...allowed.map((other) => `^server/src/modules/${other}/public\\.ts$`),
    ],
  },
});
const testFiles = "\\.test\\.tsx?$";

export default {
  forbidden: [
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-unresolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^node:|\\?(url|worker|sharedworker)(&url)?$" },
    },
    {
      name: "platform-imports-nothing-of-ours",
      severity: "error",
      from: { path: "^server/src/platform/", pathNot: testFiles },
      to: { path: "^server/src/", pathNot: "^server/src/platform/" },
    },
    {
      name: "http-imports-platform-only",
      severity: "error",
      from: { path: "^server/src/http/", pathNot: testFiles },
      to: { path: "^server/src/", pathNot: "^server/src/(http|platform)/" },
    },
    module("users", []),
    module("audit", []),
    module("task-queue", []),
    module("media", []),
    module("llm", ["media", "task-queue"]),
    module("content", ["media", "task-queue"]),
    module("flow-engine", ["task-queue"]),
    module("prefect", ["task-queue", "flow-engine", "content"]),
    module("insights", ["task-queue", "content-creator"]),
    module("content-creator", ["task-queue", "flow-engine", "llm", "media", "content"]),
    {
      name: "http-from-routes",
      comment: "only routes.ts (and parts of a routes/ folder) know HTTP",
      severity: "error",
      from: { path: "^server/src/modules/", pathNot: ["/routes(\\.ts$|/)", testFiles] },
      to: { path: "^server/src/http/" },
    },
    {
      name: "no-repo-from-routes",
      severity: "error",
      from: { path: "/routes(\\.ts$|/)" },
      to: { path: "/repo(\\.ts$|/)" },
    },
    {
      name: "modules-built-by-app",
      comment: "module.ts is imported by app.ts only",
      severity: "error",
      from: { path: "^server/src/", pathNot: ["^server/src/app\\.ts$", testFiles] },
      to: { path: "^server/src/modules/[^/]+/module\\.ts$" },
    },
    {
      name: "public-is-pure",
      comment: "public.ts pulls in no SQL, HTTP or singleton",
      severity: "error",
      from: { path: "^server/src/modules/[^/]+/public\\.ts$" },
      to: {
        path: ["/(repo|service|routes|module)\\.ts$", "^server/src/http/"],
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "admin-knows-no-server",
      severity: "error",
      from: { path: "^admin/src/", pathNot: "^admin/src/api/client\\.ts$" },
      to: { path: "^server/" },
    },
    {
      name: "admin-modules-by-their-door",
      severity: "error",
      from: { path: "^admin/src/modules/([^/]+)/", pathNot: testFiles },
      to: { path: "^admin/src/modules/", pathNot: ["^admin/src/modules/$1/", "/public\\.tsx?$"] },
    },
    {
      name: "ui-knows-no-domain",
      severity: "error",
      from: { path: "^admin/src/ui/" },
      to: { path: "^admin/src/(modules|api)/" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|node_modules)/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["types", "import", "node", "default"],
    },
  },
};
