import type { ReactNode } from "react";
import { useMay } from "../../api/session/use-session.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";

type PersonLinkProps = { id: string; className?: string; children: ReactNode };

/** The name of a person; it leads to their page for those who may open it. */
export function PersonLink({ id, className = "link", children }: PersonLinkProps) {
  const { may } = useMay("admin");
  if (!may) return <span className={className === "link" ? undefined : className}>{children}</span>;
  return (
    <AppLink className={className} href={paths.user(id)}>
      {children}
    </AppLink>
  );
}
