import { type FormEvent, type MouseEvent, useState } from "react";
import { describeError } from "../../api/problem.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import { showToast } from "../../ui/overlay/toasts.ts";
import { Button, IconButton } from "../../ui/page/Button.tsx";
import {
  changeSavedView,
  createSavedView,
  deleteSavedView,
  type SavedView,
  useSavedViewsRefresh,
} from "./saved-views-api.ts";

function reportFailure(what: string, error: unknown): void {
  const words = describeError(error);
  showToast({ tone: "bad", words: `${what} ${words.title}. ${words.text}`.trim() });
}

/** The changes to one view; each is said in a remark, a deletion with the way back. */
function useViewChanges(view: SavedView) {
  const refresh = useSavedViewsRefresh();
  const restore = async () => {
    try {
      await createSavedView({ page: view.page, name: view.name, search: view.search });
    } catch (error) {
      reportFailure(`The view “${view.name}” could not be brought back.`, error);
    }
    await refresh();
  };
  const remove = async () => {
    try {
      await deleteSavedView(view.id);
      showToast({
        tone: "ok",
        words: `The view “${view.name}” is deleted.`,
        action: { word: "Undo", onSelect: () => void restore() },
      });
    } catch (error) {
      reportFailure(`The view “${view.name}” could not be deleted.`, error);
    }
    await refresh();
  };
  const change = async (patch: { name?: string; search?: string }, done: string) => {
    try {
      await changeSavedView(view.id, patch);
      showToast({ tone: "ok", words: done });
    } catch (error) {
      reportFailure(`The view “${view.name}” could not be changed.`, error);
    }
    await refresh();
  };
  return { remove, change };
}

type SavedViewRowProps = {
  view: SavedView;
  active: boolean;
  /** The filters in force, as a view would keep them. */
  search: string;
  onApply: () => void;
};

/** One view with what can be done to it. */
export function SavedViewRow({ view, active, search, onApply }: SavedViewRowProps) {
  const [renaming, setRenaming] = useState(false);
  const { remove, change } = useViewChanges(view);
  if (renaming) {
    return (
      <RenameView
        view={view}
        onRename={(name) => void change({ name }, `The view is called “${name}” now.`)}
        onClose={() => setRenaming(false)}
      />
    );
  }
  const apply = (event: MouseEvent<HTMLButtonElement>) => {
    event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover();
    onApply();
  };
  return (
    <li>
      <button type="button" className="menu-item" aria-current={active ? "true" : undefined} onClick={apply}>
        <Icon name={active ? "check" : "bookmark"} small />
        <bdi className="cut">{view.name}</bdi>
      </button>
      {!active && search !== "" && (
        <IconButton
          icon="reload"
          label={`Give “${view.name}” the present filters`}
          onClick={() => void change({ search }, `The view “${view.name}” has the present filters now.`)}
        />
      )}
      <IconButton icon="pencil" label={`Rename “${view.name}”`} onClick={() => setRenaming(true)} />
      <IconButton icon="bin" label={`Delete “${view.name}”`} onClick={() => void remove()} />
    </li>
  );
}

type RenameViewProps = { view: SavedView; onRename: (name: string) => void; onClose: () => void };

function RenameView({ view, onRename, onClose }: RenameViewProps) {
  const [name, setName] = useState(view.name);
  const rename = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted !== "" && wanted !== view.name) onRename(wanted);
    onClose();
  };
  return (
    <li>
      <form className="views-keep" onSubmit={rename}>
        <input
          className="input"
          aria-label={`New name of “${view.name}”`}
          maxLength={80}
          value={name}
          ref={(field) => field?.focus()}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            // Escape ends the renaming only, not the whole menu.
            event.preventDefault();
            event.stopPropagation();
            onClose();
          }}
        />
        <Button type="submit">Rename</Button>
      </form>
    </li>
  );
}
