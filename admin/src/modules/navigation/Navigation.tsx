import { Outlet, useRouter, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useLiveState } from "../../api/live/use-live.ts";
import { paths } from "../../paths.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Menu, Popover } from "../../ui/overlay/Menu.tsx";
import { ToastRegion } from "../../ui/overlay/ToastRegion.tsx";
import { ConnectionNotice } from "../../ui/page/ConnectionNotice.tsx";
import { focusListSearch, stepRow } from "../../ui/shortcut/row-steps.ts";
import { ShortcutsDialog } from "../../ui/shortcut/ShortcutsDialog.tsx";
import { runShortcut, useShortcut } from "../../ui/shortcut/use-shortcut.ts";
import { chooseTheme, type ThemeChoice, useThemeChoice } from "../../ui/theme/theme.ts";
import { loadPalette } from "../search/public.ts";
import { HealthDot } from "./HealthDot.tsx";
import "./navigation.css";
import { isUnder, navigationEntries } from "./navigation-entries.ts";
import { useRememberedVisits } from "./remembered-visits.ts";

const Palette = lazy(() => loadPalette().then(({ Palette: component }) => ({ default: component })));

/** The frame of every page: product name, six tabs, health, go-to, theme, account; on a phone a bar at the bottom. */
export function Navigation() {
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const [searching, setSearching] = useState(false);
  const [helping, setHelping] = useState(false);
  const opened = useOnceTrue(searching);
  const live = useLiveState();
  const main = useRef<HTMLElement>(null);
  useShortcut("palette", () => setSearching(true));
  useShortcut("help", () => setHelping(true));
  useListKeys(() => setSearching(true));
  useTabKeys();
  useRememberedVisits();
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
      <Suspense>{opened && <Palette open={searching} onClose={() => setSearching(false)} />}</Suspense>
      <ShortcutsDialog open={helping} onClose={() => setHelping(false)} />
      <ToastRegion />
    </>
  );
}

/** True from the first time on: the palette stays, so that what it asks outlives its closing. */
function useOnceTrue(value: boolean): boolean {
  const [seen, setSeen] = useState(value);
  if (value && !seen) setSeen(true);
  return seen || value;
}

function useListKeys(openPalette: () => void): void {
  useShortcut("down", () => stepRow("ArrowDown"));
  useShortcut("up", () => stepRow("ArrowUp"));
  useShortcut("search", () => {
    if (!focusListSearch()) openPalette();
  });
}

function useTabKeys(): void {
  const router = useRouter();
  const go = (href: string) => () => void router.navigate({ href });
  useShortcut("dashboard", go(paths.dashboard()));
  useShortcut("flows", go(paths.flowRuns()));
  useShortcut("tasks", go(paths.tasks()));
  useShortcut("requests", go(paths.llmRequests()));
  useShortcut("units", go(paths.units()));
  useShortcut("users", go(paths.users()));
  useShortcut("newUnit", go(paths.newUnit()));
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
      <AppLink
        className="menu-item"
        href={paths.settings()}
        onClick={(event) => event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover()}
      >
        <Icon name="gear" />
        Settings
      </AppLink>
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
