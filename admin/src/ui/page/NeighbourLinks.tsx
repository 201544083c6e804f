import { useRef } from "react";
import { Icon } from "../icon/Icon.tsx";
import { AppLink } from "../link/AppLink.tsx";
import { dismissToast, showToast } from "../overlay/toasts.ts";
import { useShortcut } from "../shortcut/use-shortcut.ts";

/** What lies on one side of a row in its list. */
export type Neighbour = { state: "asking" | "unknown" | "end" } | { state: "known"; href: string };

/** The list a page was reached from, and the rows before and after it there. */
export type Neighbours = {
  /** The list in words: "Failed flow runs". */
  listWords: string;
  listHref: string;
  /** What one row is: "flow run". */
  one: string;
  newer: Neighbour;
  older: Neighbour;
  go: (href: string) => void;
};

type Side = { side: "newer" | "older"; icon: "left" | "right"; key: string; end: string };

const newerSide: Side = { side: "newer", icon: "left", key: "[", end: "newest" };
const olderSide: Side = { side: "older", icon: "right", key: "]", end: "oldest" };

function wordsOf({ side, end }: Side, neighbours: Neighbours): string {
  const { one, listWords } = neighbours;
  const { state } = neighbours[side];
  if (state === "end") return `This is the ${end} one in “${listWords}”.`;
  if (state === "unknown") return `The ${side} ${one} could not be asked for. Reload to try again.`;
  return state === "asking" ? `Looking for the ${side} ${one}…` : `The ${side} ${one}`;
}

/** Steps to the rows before and after this one in the list it was reached from, by click or by the keys [ and ]. */
export function NeighbourLinks({ neighbours }: { neighbours: Neighbours }) {
  const said = useRef(0);
  const step = (side: Side) => () => {
    const neighbour = neighbours[side.side];
    if (neighbour.state === "known") neighbours.go(neighbour.href);
    else {
      dismissToast(said.current);
      said.current = showToast({ tone: "idle", words: wordsOf(side, neighbours) });
    }
  };
  useShortcut("newer", step(newerSide));
  useShortcut("older", step(olderSide));
  return (
    <nav className="neighbours" aria-label="Neighbours in the list">
      {[newerSide, olderSide].map((side) => (
        <NeighbourLink key={side.side} side={side} neighbours={neighbours} onBlocked={step(side)} />
      ))}
      <span className="text-3 small hide-phone neighbours-list">
        in{" "}
        <AppLink className="link" href={neighbours.listHref} title={neighbours.listWords}>
          {neighbours.listWords}
        </AppLink>
      </span>
    </nav>
  );
}

type NeighbourLinkProps = { side: Side; neighbours: Neighbours; onBlocked: () => void };

function NeighbourLink({ side, neighbours, onBlocked }: NeighbourLinkProps) {
  const neighbour = neighbours[side.side];
  const words = wordsOf(side, neighbours);
  if (neighbour.state === "known") {
    return (
      <AppLink
        className="button button-quiet button-icon"
        href={neighbour.href}
        aria-label={words}
        aria-keyshortcuts={side.key}
        title={`${words} (${side.key})`}
      >
        <Icon name={side.icon} />
      </AppLink>
    );
  }
  return (
    <button
      type="button"
      className="button button-quiet button-icon"
      aria-disabled
      aria-label={words}
      title={words}
      onClick={onBlocked}
    >
      <Icon name={side.icon} />
    </button>
  );
}
