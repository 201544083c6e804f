import type { ReactNode } from "react";
import { Icon } from "../icon/Icon.tsx";
import type { IconName } from "../icon/icon-shapes.tsx";
import "./notice.css";

type EmptyStateProps = {
  icon: IconName;
  /** What will appear here. */
  title: ReactNode;
  /** True where this is the whole page, so that its sentence is the page's headline. */
  wholePage?: boolean;
  children?: ReactNode;
  /** The one action that makes it appear. */
  action?: ReactNode;
};

/** Says what will appear here and offers the one action that makes it appear. */
export function EmptyState({ icon, title, wholePage = false, children, action }: EmptyStateProps) {
  return (
    <div className="empty">
      <Icon name={icon} />
      {wholePage ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children !== undefined && <p>{children}</p>}
      {action}
    </div>
  );
}
