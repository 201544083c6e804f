import { roleWords } from "../../api/session/roles.ts";
import { usePerson } from "../../api/session/use-session.ts";
import { paths } from "../../paths.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import type { IconName } from "../../ui/icon/icon-shapes.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Popover } from "../../ui/overlay/Menu.tsx";
import { runShortcut } from "../../ui/shortcut/use-shortcut.ts";
import { SignOutItem } from "../session/public.ts";
import { initialsOf } from "./initials.ts";

const places: { href: string; icon: IconName; word: string }[] = [
  { href: paths.settingsAccount(), icon: "user", word: "Account" },
  { href: paths.settingsSessions(), icon: "screen", word: "Sessions" },
  { href: paths.settingsTokens(), icon: "key", word: "API tokens" },
  { href: paths.settings(), icon: "gear", word: "Settings" },
];

/** Who is signed in, as what, and the ways to one's account and out of it. */
export function AccountMenu() {
  const { name, email, role } = usePerson();
  return (
    <Popover
      label={`Account: ${name}`}
      button={<span className="avatar">{initialsOf(name)}</span>}
      buttonClass="account"
    >
      <div className="menu-heading account-words">
        <div className="strong">{name}</div>
        {email !== null && <div className="text-2 small">{email}</div>}
        <div className="text-3 small">{roleWords[role]}</div>
      </div>
      {places.map(({ href, icon, word }) => (
        <AppLink
          key={href}
          className="menu-item"
          href={href}
          onClick={(event) => event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover()}
        >
          <Icon name={icon} />
          {word}
        </AppLink>
      ))}
      <a className="menu-item" href={paths.apiDocs()}>
        <Icon name="book" />
        API documentation
      </a>
      <button
        type="button"
        className="menu-item"
        onClick={(event) => {
          event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover();
          runShortcut("help");
        }}
      >
        <Icon name="bolt" />
        Keyboard shortcuts
        <span className="spacer" />
        <kbd>?</kbd>
      </button>
      <SignOutItem />
    </Popover>
  );
}
