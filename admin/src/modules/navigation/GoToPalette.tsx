import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type KeyboardEvent, useId, useMemo, useState } from "react";
import { describeError } from "../../api/problem.ts";
import { paths } from "../../paths.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import { Dialog } from "../../ui/overlay/Dialog.tsx";
import { type Destination, findById, idIn } from "./find-by-id.ts";
import { navigationEntries } from "./navigation-entries.ts";
import "./go-to-palette.css";

/** The pages and lists whose name holds the text. */
export function pagesFor(text: string): Destination[] {
  const wanted = text.trim().toLowerCase();
  const pages: Destination[] = [
    ...navigationEntries.map((entry) => ({
      key: entry.href,
      word: entry.word,
      icon: entry.icon,
      href: entry.href,
    })),
    { key: "new", word: "New unit", icon: "plus", href: paths.newUnit() },
    { key: "failed", word: "Failed flow runs", icon: "flow", href: paths.flowRuns({ status: "failed" }) },
    { key: "running", word: "Running flow runs", icon: "flow", href: paths.flowRuns({ status: "running" }) },
  ];
  return pages.filter((page) => page.word.toLowerCase().includes(wanted));
}

const noPages: Destination[] = [];

/** Pages by name, or, with an id in the text, the things that have it; and what there is to say about an empty answer. */
function useDestinations(text: string): { destinations: Destination[]; remark: string | null } {
  const id = idIn(text);
  const pages = useMemo(() => (id === null ? pagesFor(text) : noPages), [id, text]);
  const lookup = useQuery({
    queryKey: ["by-id", id],
    queryFn: ({ signal }) => findById(id ?? "", signal),
    enabled: id !== null,
  });
  if (id === null) {
    const none =
      "No page has this name. Paste a whole id to open a unit, lesson, run, task, request or user.";
    return { destinations: pages, remark: pages.length === 0 ? none : null };
  }
  if (lookup.error !== null) return { destinations: noPages, remark: describeError(lookup.error).text };
  if (lookup.data === undefined) return { destinations: noPages, remark: "Looking for it…" };
  return { destinations: lookup.data, remark: lookup.data.length === 0 ? "Nothing has this id." : null };
}

/** Goes to a page by name or to anything by its pasted id. */
export function GoToPalette({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Go to">
      <PaletteBody onClose={onClose} />
    </Dialog>
  );
}

function PaletteBody({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const id = useId();
  const [text, setText] = useState("");
  const [position, setPosition] = useState(0);
  const { destinations, remark } = useDestinations(text);
  const go = (destination: Destination | undefined) => {
    if (destination === undefined) return;
    onClose();
    void router.navigate({ href: destination.href });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.key === "Enter") go(destinations[position]);
    else if (step === 0 || destinations.length === 0) return;
    else setPosition((position + step + destinations.length) % destinations.length);
    event.preventDefault();
  };
  return (
    <div className="palette">
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={destinations[position] === undefined ? undefined : `${id}-${position}`}
        aria-label="Page name or id"
        placeholder="Page name, or paste an id"
        data-first-focus=""
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setPosition(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div role="listbox" id={`${id}-list`} aria-label="Places">
        {destinations.map((destination, index) => (
          <button
            key={destination.key}
            type="button"
            role="option"
            id={`${id}-${index}`}
            tabIndex={-1}
            aria-selected={index === position}
            className="menu-item"
            onPointerMove={() => setPosition(index)}
            onClick={() => go(destination)}
          >
            <Icon name={destination.icon} />
            <span>{destination.word}</span>
            {destination.note !== undefined && <span className="text-3 small">{destination.note}</span>}
          </button>
        ))}
      </div>
      {remark !== null && (
        <p className="text-3" role="status">
          {remark}
        </p>
      )}
    </div>
  );
}
