import type { ReactNode } from "react";
import { Icon } from "../icon/Icon.tsx";
import type { IconName } from "../icon/icon-shapes.tsx";
import { Button } from "../page/Button.tsx";
import { AppLink } from "./AppLink.tsx";

type ButtonLinkProps = {
  href: string;
  children: ReactNode;
  look?: "primary" | "plain";
  large?: boolean;
  icon?: IconName;
  /** Why it leads nowhere now. It stays focusable, so that the reason can be read. */
  disabledReason?: string | undefined;
};

/** A link that looks like a button; where it may not be followed it is one, with the reason. */
export function ButtonLink(props: ButtonLinkProps) {
  const { href, children, look = "plain", large = false, icon, disabledReason } = props;
  if (disabledReason !== undefined) {
    return (
      <Button
        look={look}
        large={large}
        {...(icon === undefined ? {} : { icon })}
        disabledReason={disabledReason}
      >
        {children}
      </Button>
    );
  }
  return (
    <AppLink className={`button button-${look} ${large ? "button-large" : ""}`} href={href}>
      {icon !== undefined && <Icon name={icon} small />}
      {children}
    </AppLink>
  );
}
