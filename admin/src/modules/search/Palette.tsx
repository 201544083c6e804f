import { useRouter } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { describeError } from "../../api/problem.ts";
import { reaches } from "../../api/session/roles.ts";
import { usePerson } from "../../api/session/use-session.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import { Dialog } from "../../ui/overlay/Dialog.tsx";
import { useSavedViews, viewHref } from "../saved-views/public.ts";
import { CancelFromPalette } from "./CancelFromPalette.tsx";
import { type Command, offerCommands } from "./commands.ts";
import { PaletteOption } from "./PaletteOption.tsx";
import { type PaletteEntry, type PaletteGroup, paletteGroups, remarkOn } from "./palette-entries.ts";
import "./palette.css";
import { readRecentPlaces } from "./recent-places.ts";
import { type SearchAnswer, useSearch } from "./search-api.ts";
import { useCommandsInView } from "./use-commands-in-view.ts";

const hitsPerKind = 5;

/** One box for everything: pages, actions, saved views, and any unit, lesson, run, step, task, request or user. */
export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [cancelling, setCancelling] = useState<string | null>(null);
  return (
    <>
      <Dialog open={open} onClose={onClose} title="Go to">
        <PaletteBody onClose={onClose} onCancelTask={setCancelling} />
      </Dialog>
      <CancelFromPalette taskId={cancelling} onClose={() => setCancelling(null)} />
    </>
  );
}

/** All lines for a text, with what there is to say about them. */
function usePaletteGroups(text: string, onCancelTask: (taskId: string) => void) {
  const search = useSearch(text, hitsPerKind);
  const inView = useCommandsInView(onCancelTask);
  const { role } = usePerson();
  const views = useSavedViews().data;
  const [recent] = useState(() => readRecentPlaces().filter(({ href }) => href !== window.location.pathname));
  const groups = useMemo(() => {
    const savedViews: Command[] = (views ?? []).map((view) => ({
      key: `view-${view.id}`,
      word: view.name,
      icon: "eye",
      note: view.page.replace("-", " "),
      href: viewHref(view),
    }));
    const visited: Command[] = recent.map(({ href, word, kind, icon }) => ({
      key: `recent-${href}`,
      word,
      icon,
      note: kind,
      href,
    }));
    const answer = withoutPeople(search.answer, reaches(role, "admin"));
    return paletteGroups(offerCommands(text, { inView, savedViews, recent: visited, role }), answer);
  }, [text, inView, views, recent, role, search.answer]);
  const count = groups.reduce((sum, group) => sum + group.entries.length, 0);
  const failure = search.error === null ? null : describeError(search.error);
  return { groups, remark: remarkOn({ text, searching: search.searching, failure, count }), search };
}

/** The pages of people are open to administrators only. */
function withoutPeople(answer: SearchAnswer | undefined, seesPeople: boolean): SearchAnswer | undefined {
  if (answer === undefined || seesPeople) return answer;
  return { ...answer, groups: answer.groups.filter(({ kind }) => kind !== "user") };
}

type PaletteBodyProps = { onClose: () => void; onCancelTask: (taskId: string) => void };

function PaletteBody({ onClose, onCancelTask }: PaletteBodyProps) {
  const router = useRouter();
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [text, setText] = useState("");
  const [position, setPosition] = useState(0);
  const [enterWaits, setEnterWaits] = useState(false);
  const { groups, remark, search } = usePaletteGroups(text, onCancelTask);
  const entries = groups.flatMap((group) => group.entries);
  const current = Math.min(position, entries.length - 1);
  const choose = (entry: PaletteEntry | undefined) => {
    if (entry === undefined) return;
    onClose();
    if ("href" in entry) void router.navigate({ href: entry.href });
    else entry.run();
  };
  // Enter that came before the answer goes to the first thing that is found.
  useEffect(() => {
    if (enterWaits && !search.searching) {
      setEnterWaits(false);
      choose(entries[0]);
    }
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the option to bring into sight depends on it
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [current, entries.length]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && entries.length === 0) setEnterWaits(search.searching);
    else if (event.key === "Enter") choose(entries[current]);
    else {
      const target = targetOf(event.key, current, entries.length);
      if (target === null) return;
      setPosition(target);
    }
    event.preventDefault();
  };
  const activeId = entries[current] === undefined ? undefined : `${id}-${current}`;
  return (
    <div className="palette">
      <div className="palette-field">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-autocomplete="list"
          aria-controls={`${id}-list`}
          aria-activedescendant={activeId}
          aria-label="Page, title, error or id"
          placeholder="Page, title, error or id"
          data-first-focus=""
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setPosition(0);
            setEnterWaits(false);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div
        ref={list}
        className="palette-list"
        role="listbox"
        id={`${id}-list`}
        aria-label="Places and actions"
      >
        <PaletteGroups
          id={id}
          groups={groups}
          wanted={text}
          current={current}
          onPoint={setPosition}
          onChoose={choose}
        />
      </div>
      <p className="palette-remark text-3" role="status">
        {remark ?? "↑ ↓ choose, Enter opens, Esc closes"}
      </p>
    </div>
  );
}

type PaletteGroupsProps = {
  id: string;
  groups: readonly PaletteGroup[];
  wanted: string;
  current: number;
  onPoint: (position: number) => void;
  onChoose: (entry: PaletteEntry) => void;
};

function PaletteGroups({ id, groups, wanted, current, onPoint, onChoose }: PaletteGroupsProps) {
  const starts = groups.map((_, at) =>
    groups.slice(0, at).reduce((sum, group) => sum + group.entries.length, 0),
  );
  return groups.map((group, at) => (
    // biome-ignore lint/a11y/useSemanticElements: a group of options has no element of its own
    <div key={group.title} role="group" aria-label={group.title}>
      <div className="palette-heading" aria-hidden="true">
        {group.title}
      </div>
      {group.entries.map((entry, offset) => {
        const own = (starts[at] ?? 0) + offset;
        return (
          <PaletteOption
            key={entry.key}
            id={`${id}-${own}`}
            entry={entry}
            wanted={wanted}
            selected={own === current}
            onPoint={() => onPoint(own)}
            onChoose={() => onChoose(entry)}
          />
        );
      })}
    </div>
  ));
}

/** Where a key moves the choice; null for keys that move nothing. */
function targetOf(key: string, current: number, count: number): number | null {
  if (count === 0) return null;
  if (key === "ArrowDown") return (current + 1) % count;
  if (key === "ArrowUp") return (current - 1 + count) % count;
  if (key === "PageDown") return Math.min(count - 1, current + 8);
  if (key === "PageUp") return Math.max(0, current - 8);
  return null;
}
