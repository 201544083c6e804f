import type { ReactNode } from "react";
import { Icon } from "../icon/Icon.tsx";
import type { IconName } from "../icon/icon-shapes.tsx";
import "./notice.css";

type NoticeProps = {
  tone: "bad" | "warn" | "run" | "ok" | "idle";
  icon: IconName;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** The raw cause, folded beneath the words. */
  raw?: string | null | undefined;
  role?: "alert" | "status";
};

/** Words left, actions right, the raw cause folded beneath. */
export function Notice({ tone, icon, title, children, actions, raw, role }: NoticeProps) {
  return (
    <section className={`notice is-${tone}`} role={role}>
      <Icon name={icon} />
      <div className="notice-words">
        <h2>{title}</h2>
        {children !== undefined && <div className="notice-text">{children}</div>}
      </div>
      {actions !== undefined && <div className="notice-actions">{actions}</div>}
      {raw !== undefined && raw !== null && raw !== "" && (
        <details>
          <summary className="row small">
            <Icon name="right" small className="icon-turns" />
            Raw cause
          </summary>
          <pre className="code">{raw}</pre>
        </details>
      )}
    </section>
  );
}

type ErrorBlockProps = {
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  raw?: string | null | undefined;
};

/** A failure in words a person can act on. */
export function ErrorBlock({ title, children, actions, raw }: ErrorBlockProps) {
  return (
    <Notice tone="bad" icon="cross" title={title} actions={actions} raw={raw} role="alert">
      {children}
    </Notice>
  );
}
