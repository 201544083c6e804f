import type { RouteComponent } from "@tanstack/react-router";
import { type Role, roleWords } from "../../api/session/roles.ts";
import { useMay, usePerson } from "../../api/session/use-session.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { EmptyState } from "../../ui/page/EmptyState.tsx";

type NotForRoleProps = {
  /** What the page is for: "Users". */
  title: string;
  /** Who may open it: "administrators". */
  whom: string;
};

/** In place of a page that the role may not open: nothing of it is asked for. */
export function NotForRole({ title, whom }: NotForRoleProps) {
  useDocumentTitle(title);
  const { role } = usePerson();
  return (
    <EmptyState
      icon="shield"
      wholePage
      title={`${title}: for ${whom} only`}
      action={
        <AppLink className="button button-large" href={paths.dashboard()}>
          Go to the dashboard
        </AppLink>
      }
    >
      You are signed in as {roleWords[role]}. If you need this page, ask an administrator for the role.
    </EmptyState>
  );
}

/** A page for those whose role may open it; others read that it is not for them. */
export function pageForRole(least: Exclude<Role, "learner">, title: string, Page: RouteComponent) {
  const whom = least === "admin" ? "administrators" : "operators and administrators";
  const Gated = () => (useMay(least).may ? <Page /> : <NotForRole title={title} whom={whom} />);
  return Object.assign(Gated, { preload: () => Page.preload?.() });
}
