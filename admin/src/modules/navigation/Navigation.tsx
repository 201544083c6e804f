import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useLiveState } from "../../api/live/use-live.ts";
import { paths } from "../../paths.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Menu, Popover } from "../../ui/overlay/Menu.tsx";
import { ToastRegion } from "../../ui/overlay/ToastRegion.tsx";
import { ConnectionNotice } from "../../ui/page/ConnectionNotice.tsx";
import { chooseTheme, type ThemeChoice, useThemeChoice } from "../../ui/theme/theme.ts";
import { GoToPalette } from "./GoToPalette.tsx";
import { HealthDot } from "./HealthDot.tsx";
import "./navigation.css";
import { isUnder, navigationEntries } from "./navigation-entries.ts";

/** The frame of every page: product name, six tabs, health, go-to, theme, account; on a phone a bar at the bottom. */
export function Navigation() {
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const [searching, setSearching] = useState(false);
  const live = useLiveState();
  const main = useRef<HTMLElement>(null);
  useSearchKey(() => setSearching(true));
  useFocusOnArrival(main, pathname);
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <header className="top">
        <AppLink className="brand" href={paths.dashboard()}>
          <BrandMark />
          Coursewright
        </AppLink>
        <nav className="main-tabs" aria-label="Main">
          {navigationEntries.map((entry) => (
            <AppLink
              key={entry.href}
              href={entry.href}
              aria-current={isUnder(pathname, entry.href) ? "page" : undefined}
            >
              {entry.word}
            </AppLink>
          ))}
        </nav>
        <div className="tools">
          <HealthDot />
          <button
            type="button"
            className="search-button"
            aria-label="Go to"
            aria-keyshortcuts="Control+K"
            onClick={() => setSearching(true)}
          >
            <Icon name="search" small />
            <span className="search-word">Go to</span>
            <kbd>Ctrl K</kbd>
          </button>
          <ThemeMenu />
          <AccountMenu />
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1} className="page">
        <ConnectionNotice state={live} />
        <Outlet />
      </main>
      <Dock pathname={pathname} />
      <GoToPalette open={searching} onClose={() => setSearching(false)} />
      <ToastRegion />
    </>
  );
}

function useSearchKey(open: () => void): void {
  const openNow = useRef(open);
  useEffect(() => {
    openNow.current = open;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      openNow.current();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

/** After a change of page the keyboard starts at its content, as after a load; changes of filters leave it alone. */
function useFocusOnArrival(main: { current: HTMLElement | null }, pathname: string): void {
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [main, pathname]);
}

const themes: { choice: ThemeChoice; word: string; icon: "sun" | "moon" | "screen" }[] = [
  { choice: "light", word: "Light", icon: "sun" },
  { choice: "dark", word: "Dark", icon: "moon" },
  { choice: "system", word: "Like the system", icon: "screen" },
];

function ThemeMenu() {
  const choice = useThemeChoice();
  const items = themes.map((theme) => ({
    key: theme.choice,
    word: theme.word,
    icon: theme.icon,
    chosen: theme.choice === choice,
    onSelect: () => chooseTheme(theme.choice),
  }));
  return (
    <Menu
      label="Theme"
      button={<Icon name={themes.find((theme) => theme.choice === choice)?.icon ?? "theme"} />}
      buttonClass="button button-quiet button-icon"
      items={items}
    />
  );
}

function AccountMenu() {
  return (
    <Popover
      label="Account: Local administrator"
      button={<span className="avatar">LA</span>}
      buttonClass="account"
    >
      <div className="menu-heading">
        <div className="strong">Local administrator</div>
        <div className="text-3 small">signed in by being on this machine</div>
      </div>
      <a className="menu-item" href={paths.apiDocs()}>
        <Icon name="book" />
        API documentation
      </a>
      <div className="menu-keys text-3 small">
        <kbd>Ctrl K</kbd> go to
        <kbd>r</kbd> reload
        <kbd>↑</kbd>
        <kbd>↓</kbd> rows
      </div>
    </Popover>
  );
}

const dockEntries = navigationEntries.slice(0, 5);
const furtherEntries = navigationEntries.slice(5);

function Dock({ pathname }: { pathname: string }) {
  const further = furtherEntries.some((entry) => isUnder(pathname, entry.href));
  const more = (
    <>
      <Icon name="more" />
      <span>More</span>
    </>
  );
  return (
    <nav className="dock" aria-label="Main">
      {dockEntries.map((entry) => (
        <AppLink
          key={entry.href}
          href={entry.href}
          aria-current={isUnder(pathname, entry.href) ? "page" : undefined}
        >
          <Icon name={entry.icon} />
          {entry.shortWord}
        </AppLink>
      ))}
      <Popover
        label="More pages"
        button={more}
        buttonClass={further ? "dock-more dock-current" : "dock-more"}
      >
        {furtherEntries.map((entry) => (
          <AppLink
            key={entry.href}
            href={entry.href}
            className="menu-item"
            onClick={(event) => event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover()}
          >
            <Icon name={entry.icon} />
            {entry.word}
          </AppLink>
        ))}
      </Popover>
    </nav>
  );
}

function BrandMark() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      <rect width="20" height="20" rx="5" fill="var(--accent-fill)" />
      <path
        d="M5 6.5h10M5 10h7M5 13.5h4"
        stroke="var(--on-accent)"
        strokeWidth="1.75"
        strokeLinecap="round"
      />
      <circle cx="14" cy="13.5" r="1.6" fill="var(--on-accent)" />
    </svg>
  );
}
