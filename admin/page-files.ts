import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

/** The script of each page by its address; addresses that are not here are started without their script's names. */
const scripts: Readonly<Record<string, string>> = {
  flows: "FlowRunsList",
  "flows/$id": "FlowRunDetails",
  tasks: "TasksList",
  "tasks/$id": "TaskDetails",
  "llm-requests": "LlmRequestsList",
  "llm-requests/$id": "LlmRequestDetails",
  units: "UnitsList",
  "units/new": "NewUnit",
  "units/$id": "UnitDetails",
  users: "UsersList",
  "users/$id": "UserDetails",
  settings: "SettingsIndex",
  "settings/alerts": "AlertsPage",
  "settings/connections": "ConnectionsPage",
  "settings/account": "AccountPage",
  "settings/sessions": "SessionsPage",
  "settings/tokens": "TokensPage",
  "settings/audit": "AuditPage",
  "sign-in": "SignInPage",
  "setup/$id": "SetUpPage",
};

type Bundle = Rolldown.OutputBundle;

function filesOf(bundle: Bundle, file: string, into = new Set<string>()): Set<string> {
  const part = bundle[file];
  if (part?.type !== "chunk" || into.has(file)) return into;
  into.add(file);
  for (const imported of part.imports) filesOf(bundle, imported, into);
  return into;
}

/**
 * Writes `pages/<address>.html` beside `index.html`: the same page, naming the scripts of its address too, so that the browser
 * fetches them together with the entry and not only after it has run. Ends the build with an error when a script is gone.
 */
export function pageFiles(): Plugin {
  return {
    name: "page-files",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const index = bundle["index.html"];
        if (index?.type !== "asset") return this.error("There is no index.html to write the pages from.");
        const html = index.source.toString();
        const chunks = Object.values(bundle).filter((part) => part.type === "chunk");
        for (const [address, name] of Object.entries(scripts)) {
          const chunk = chunks.find((part) => part.isDynamicEntry && part.name === name);
          if (chunk === undefined) return this.error(`The page /${address} has no script named ${name}.`);
          const links = [...filesOf(bundle, chunk.fileName)]
            .filter((file) => !html.includes(file))
            .map((file) => `    <link rel="modulepreload" crossorigin href="/${file}">\n`);
          const source = html.replace("  </head>", `${links.join("")}  </head>`);
          this.emitFile({ type: "asset", fileName: `pages/${address}.html`, source });
        }
      },
    },
  };
}

const compressible = /\.(js|css|html|svg)$/;
// The highest quality, 11, takes ten times as long for 6 % less.
const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

/** Writes `.br` and `.gz` beside every text file, so that the server compresses nothing while a reader waits. */
export function compressedFiles(): Plugin {
  return {
    name: "compressed-files",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        for (const [fileName, part] of Object.entries(bundle)) {
          if (!compressible.test(fileName)) continue;
          const content = part.type === "chunk" ? part.code : part.source;
          this.emitFile({
            type: "asset",
            fileName: `${fileName}.br`,
            source: brotliCompressSync(content, brotli),
          });
          this.emitFile({ type: "asset", fileName: `${fileName}.gz`, source: gzipSync(content) });
        }
      },
    },
  };
}
