import { useEffect } from "react";
import type { IconName } from "../../ui/icon/icon-shapes.tsx";
import { rememberPlace } from "../search/public.ts";

type DetailPage = { pattern: RegExp; kind: string; icon: IconName };

const detailPages: DetailPage[] = [
  { pattern: /^\/flows\/[0-9a-f-]{36}$/, kind: "flow run", icon: "flow" },
  { pattern: /^\/tasks\/[0-9a-f-]{36}$/, kind: "task", icon: "task" },
  { pattern: /^\/llm-requests\/[0-9a-f-]{36}$/, kind: "LLM request", icon: "request" },
  { pattern: /^\/units\/[0-9a-f-]{36}$/, kind: "unit", icon: "unit" },
  { pattern: /^\/units\/[0-9a-f-]{36}\/lessons\/[0-9a-f-]{36}$/, kind: "lesson", icon: "book" },
  { pattern: /^\/users\/[0-9a-f-]{36}$/, kind: "user", icon: "user" },
];

const productSuffix = " · Coursewright";

/** Whether a title says more than the kind of the page: until its data comes a page is only called "Unit". */
export function isOwnTitle(title: string, kind: string): boolean {
  return title !== "" && title.toLowerCase() !== kind.toLowerCase();
}

/** Remembers each entity's page under the name it gives itself. */
export function useRememberedVisits(): void {
  useEffect(() => {
    const remember = () => {
      const { pathname } = window.location;
      const page = detailPages.find(({ pattern }) => pattern.test(pathname));
      const word = document.title.replace(productSuffix, "");
      if (page === undefined || !isOwnTitle(word, page.kind)) return;
      rememberPlace({ href: pathname, word, kind: page.kind, icon: page.icon });
    };
    const observer = new MutationObserver(remember);
    observer.observe(document.head, { subtree: true, childList: true, characterData: true });
    return () => observer.disconnect();
  }, []);
}
