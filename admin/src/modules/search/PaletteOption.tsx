import type { MouseEvent } from "react";
import { Icon } from "../../ui/icon/Icon.tsx";
import { Keys } from "../../ui/shortcut/ShortcutsDialog.tsx";
import { shortcuts } from "../../ui/shortcut/shortcut-table.ts";
import { lookOfStatus } from "../../ui/status/status-tone.ts";
import { Marked } from "../../ui/value/Marked.tsx";
import type { PaletteEntry } from "./palette-entries.ts";

type PaletteOptionProps = {
  id: string;
  entry: PaletteEntry;
  /** The typed text, marked where a title or its reason holds it. */
  wanted: string;
  selected: boolean;
  onPoint: () => void;
  onChoose: () => void;
};

/** One line of the palette: a real link where it leads somewhere, so that it opens in a new tab as links do. */
export function PaletteOption({ id, entry, wanted, selected, onPoint, onChoose }: PaletteOptionProps) {
  const shared = {
    id,
    role: "option",
    tabIndex: -1,
    "aria-selected": selected,
    className: "palette-option",
    onPointerMove: selected ? undefined : onPoint,
  };
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    onChoose();
  };
  if ("href" in entry) {
    return (
      <a {...shared} href={entry.href} onClick={follow}>
        <OptionWords entry={entry} wanted={wanted} />
      </a>
    );
  }
  return (
    <button type="button" {...shared} onClick={onChoose}>
      <OptionWords entry={entry} wanted={wanted} />
    </button>
  );
}

function OptionWords({ entry, wanted }: { entry: PaletteEntry; wanted: string }) {
  const look = entry.status == null ? null : lookOfStatus(entry.status);
  return (
    <>
      <Icon name={entry.icon} />
      <span className="palette-words">
        <bdi className="palette-title">
          <Marked text={entry.word} wanted={wanted} />
        </bdi>
        {entry.note !== undefined && entry.note !== "" && (
          <bdi className="palette-note text-3 small">
            <Marked text={entry.note} wanted={entry.hit === undefined ? "" : wanted} />
          </bdi>
        )}
      </span>
      {look !== null && (
        <span className={`palette-status small is-${look.tone}`}>
          <Icon name={look.icon} small className={`is-${look.tone}`} />
          {look.word}
        </span>
      )}
      {entry.shortcut !== undefined && (
        <span className="palette-keys hide-phone">
          <Keys shortcut={shortcuts[entry.shortcut]} />
        </span>
      )}
    </>
  );
}
