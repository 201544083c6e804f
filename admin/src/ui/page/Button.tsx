import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Icon } from "../icon/Icon.tsx";
import type { IconName } from "../icon/icon-shapes.tsx";
import { showToast } from "../overlay/toasts.ts";
import "./button.css";

type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className" | "disabled"> & {
  children: ReactNode;
  /** One primary button per page. */
  look?: "primary" | "plain" | "quiet" | "danger";
  large?: boolean;
  icon?: IconName;
  /** While busy the button keeps its width, spins and ignores clicks. */
  busy?: boolean;
  /** Why the button cannot be used now. It stays focusable, so that the reason can be read. */
  disabledReason?: string | undefined;
  "data-first-focus"?: string | undefined;
};

/** A button whose refusal always has a reason: as its tooltip, in its accessible name, and told when it is pressed. */
export function Button(props: ButtonProps) {
  const {
    children,
    look = "plain",
    large = false,
    icon,
    busy = false,
    disabledReason,
    onClick,
    title,
    ...rest
  } = props;
  const blocked = busy || disabledReason !== undefined;
  return (
    <button
      type="button"
      {...rest}
      className={`button button-${look} ${large ? "button-large" : ""}`}
      aria-disabled={blocked || undefined}
      aria-busy={busy || undefined}
      title={disabledReason ?? title}
      onClick={(event) => {
        if (!blocked) {
          onClick?.(event);
          return;
        }
        event.preventDefault();
        // A finger finds no tooltip.
        if (disabledReason !== undefined) showToast({ tone: "idle", words: disabledReason });
      }}
    >
      {busy ? (
        <Icon name="reload" small className="icon-spins" />
      ) : (
        icon !== undefined && <Icon name={icon} small />
      )}
      <span>{children}</span>
      {disabledReason !== undefined && <span className="visually-hidden">: {disabledReason}</span>}
    </button>
  );
}

type IconButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className"> & {
  icon: IconName;
  label: string;
};

/** A button that shows a mark only; its label is its accessible name and tooltip. */
export function IconButton({ icon, label, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className="button button-quiet button-icon"
      aria-label={label}
      title={label}
    >
      <Icon name={icon} />
    </button>
  );
}
