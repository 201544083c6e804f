import { Outlet, useRouter, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { placeFor, type SessionPlace, safeReturn } from "../../api/session/session-place.ts";
import { type KnownSession, readSession } from "../../api/session/session-store.ts";
import { useSession } from "../../api/session/use-session.ts";
import { paths } from "../../paths.ts";
import { LearnerNotice, OwedFactorFrame } from "../session/public.ts";
import { Navigation } from "./Navigation.tsx";

type Standing = "alone" | "owing" | "learner" | "framed" | { goTo: string };

type Address = { pathname: string; href: string; to: string | undefined };

const standsAlone = (pathname: string) => pathname === "/sign-in" || pathname.startsWith("/setup/");

/** What an address is for this session: a page with or without the frame, or the way to another one. */
export function standingOf(
  place: SessionPlace,
  { pathname, href, to }: Address,
  ending: KnownSession["ending"] = null,
): Standing {
  if (pathname.startsWith("/setup/")) return "alone";
  if (pathname === "/sign-in") return place === "sign_in" ? "alone" : { goTo: safeReturn(to) };
  if (place === "sign_in") {
    if (ending === "left") return { goTo: paths.signIn() };
    return {
      goTo: paths.signIn({
        ...(href === "/" ? {} : { to: href }),
        ...(ending === "ended" ? { reason: "session_ended" } : {}),
      }),
    };
  }
  if (place === "learner") return "learner";
  const isAccount = pathname === paths.settingsAccount();
  if (place === "second_factor") {
    return isAccount ? "owing" : { goTo: paths.settingsAccount(href === "/" ? {} : { to: href }) };
  }
  // The second factor that was owed is set up: on to where one wanted to go.
  return isAccount && to !== undefined ? { goTo: safeReturn(to) } : "framed";
}

/** Shows each page in the frame that the session allows; whoever is not signed in gets to the sign-in page, and back. */
export function RootFrame() {
  const session = useSession();
  const router = useRouter();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const href = useRouterState({ select: (state) => state.location.href });
  const shown = useRouterState({ select: (state) => state.matches.at(-1)?.pathname ?? "/" });
  const to = new URLSearchParams(href.split("?")[1] ?? "").get("to") ?? undefined;
  const standing = standingOf(placeFor(session), { pathname, href, to }, readSession().ending);
  const goTo = typeof standing === "object" ? standing.goTo : null;
  useEffect(() => {
    if (goTo !== null) void router.navigate({ href: goTo, replace: true });
  }, [router, goTo]);
  // The former page stands until the next one is there; outside of its own frame it would ask for what is not open to it.
  if (standsAlone(pathname) !== standsAlone(shown)) return null;
  if (standing === "alone") return <Outlet />;
  if (standing === "learner") return <LearnerNotice />;
  if (standing === "owing") return shown === pathname ? <OwedFactorFrame /> : null;
  return standing === "framed" ? <Navigation /> : null;
}
