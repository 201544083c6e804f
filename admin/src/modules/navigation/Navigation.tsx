import { Outlet, useRouter, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useLiveState } from "../../api/live/use-live.ts";
import { useMay } from "../../api/session/use-session.ts";
import { paths } from "../../paths.ts";
import { BrandMark } from "../../ui/icon/BrandMark.tsx";
import { Icon } from "../../ui/icon/Icon.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Popover } from "../../ui/overlay/Menu.tsx";
import { ToastRegion } from "../../ui/overlay/ToastRegion.tsx";
import { ConnectionNotice } from "../../ui/page/ConnectionNotice.tsx";
import { focusListSearch, stepRow } from "../../ui/shortcut/row-steps.ts";
import { ShortcutsDialog } from "../../ui/shortcut/ShortcutsDialog.tsx";
import type { ShortcutId } from "../../ui/shortcut/shortcut-table.ts";
import { useShortcut } from "../../ui/shortcut/use-shortcut.ts";
import { ThemeMenu } from "../../ui/theme/ThemeMenu.tsx";
import { loadPalette } from "../search/public.ts";
import { FreshSignInDialog } from "../session/public.ts";
import { AccountMenu } from "./AccountMenu.tsx";
import { EntryLink } from "./EntryLink.tsx";
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
  const barred = useTabKeys();
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
            <EntryLink key={entry.href} entry={entry} pathname={pathname}>
              {entry.word}
            </EntryLink>
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
      <ShortcutsDialog open={helping} onClose={() => setHelping(false)} without={barred} />
      <FreshSignInDialog />
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

/** Binds the ways to the tabs; answers those that are not open to the person. */
function useTabKeys(): ShortcutId[] {
  const router = useRouter();
  const seesUsers = useMay("admin").may;
  const createsUnits = useMay("operator").may;
  const go = (href: string) => () => void router.navigate({ href });
  useShortcut("dashboard", go(paths.dashboard()));
  useShortcut("flows", go(paths.flowRuns()));
  useShortcut("tasks", go(paths.tasks()));
  useShortcut("requests", go(paths.llmRequests()));
  useShortcut("units", go(paths.units()));
  useShortcut("users", seesUsers ? go(paths.users()) : null);
  useShortcut("newUnit", createsUnits ? go(paths.newUnit()) : null);
  return [...(seesUsers ? [] : ["users" as const]), ...(createsUnits ? [] : ["newUnit" as const])];
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
        <EntryLink key={entry.href} entry={entry} pathname={pathname}>
          <Icon name={entry.icon} />
          {entry.shortWord}
        </EntryLink>
      ))}
      <Popover
        label="More pages"
        button={more}
        buttonClass={further ? "dock-more dock-current" : "dock-more"}
      >
        {furtherEntries.map((entry) => (
          <EntryLink key={entry.href} entry={entry} pathname={pathname} inMenu>
            <Icon name={entry.icon} />
            {entry.word}
          </EntryLink>
        ))}
      </Popover>
    </nav>
  );
}
