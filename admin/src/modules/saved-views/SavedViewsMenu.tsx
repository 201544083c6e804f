import { type FormEvent, useState } from "react";
import { describeError } from "../../api/problem.ts";
import type { ListPage } from "../../paths.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import "../../ui/form/form.css";
import { parseSearch, type SearchParams } from "../../ui/link/search-params.ts";
import { Popover } from "../../ui/overlay/Menu.tsx";
import { showToast } from "../../ui/overlay/toasts.ts";
import { Button } from "../../ui/page/Button.tsx";
import { SavedViewRow } from "./SavedViewRow.tsx";
import "./saved-views.css";
import {
  activeViewOf,
  createSavedView,
  type SavedView,
  searchOf,
  useSavedViews,
  useSavedViewsRefresh,
} from "./saved-views-api.ts";

type SavedViewsMenuProps = {
  page: ListPage;
  /** The filters in force. */
  kept: SearchParams;
  /** Puts a view's filters in force in place of the present ones. */
  onApply: (filters: SearchParams) => void;
};

/** The account's own views of a list: apply, keep the present filters, rename, bring up to date, delete with a way back. */
export function SavedViewsMenu({ page, kept, onApply }: SavedViewsMenuProps) {
  const views = useSavedViews(page);
  const active = activeViewOf(views.data ?? [], kept);
  const button = (
    <>
      <Icon name="bookmark" small />
      <span className="cut">{active?.name ?? "Views"}</span>
      <Icon name="down" small />
    </>
  );
  return (
    <Popover
      label={active === undefined ? "Saved views" : `Saved views: ${active.name}`}
      button={button}
      buttonClass={active === undefined ? "chip views-button" : "chip chip-on views-button"}
      sheet
    >
      <div className="views-panel">
        <h2>Saved views</h2>
        <ViewList views={views} active={active} kept={kept} onApply={onApply} />
        <KeepView page={page} search={searchOf(kept)} active={active} />
      </div>
    </Popover>
  );
}

type ViewListProps = Pick<SavedViewsMenuProps, "kept" | "onApply"> & {
  views: ReturnType<typeof useSavedViews>;
  active: SavedView | undefined;
};

function ViewList({ views, active, kept, onApply }: ViewListProps) {
  if (views.error !== null && views.data === undefined) {
    const words = describeError(views.error);
    return (
      <p className="text-2" role="alert">
        The saved views could not be read. {words.title}.{" "}
        <button type="button" className="link" onClick={views.reload}>
          Try again
        </button>
      </p>
    );
  }
  if (views.data === undefined) return <p className="text-3">Reading your views…</p>;
  if (views.data.length === 0) {
    return <p className="text-3">Set filters, give them a name, and they are one click away from here.</p>;
  }
  return (
    <ul className="views-list">
      {views.data.map((view) => (
        <SavedViewRow
          key={view.id}
          view={view}
          active={view.id === active?.id}
          search={searchOf(kept)}
          onApply={() => onApply(parseSearch(view.search))}
        />
      ))}
    </ul>
  );
}

type KeepViewProps = { page: ListPage; search: string; active: SavedView | undefined };

/** Keeps the filters in force under a new name. */
function KeepView({ page, search, active }: KeepViewProps) {
  const refresh = useSavedViewsRefresh();
  const [name, setName] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const keep = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === "" || search === "" || busy) return;
    setBusy(true);
    try {
      const view = await createSavedView({ page, name: name.trim(), search });
      setName("");
      setFailure(null);
      showToast({ tone: "ok", words: `The view “${view.name}” is saved.` });
      await refresh();
    } catch (error) {
      const words = describeError(error);
      setFailure(words.text === "" ? words.title : words.text);
    } finally {
      setBusy(false);
    }
  };
  if (active !== undefined) return null;
  if (search === "") return <p className="views-hint text-3 small">No filter is set that could be saved.</p>;
  return (
    <form className="views-keep" onSubmit={(event) => void keep(event)}>
      <input
        className="input"
        aria-label="Name of the new view"
        placeholder="Name these filters"
        maxLength={80}
        value={name}
        aria-invalid={failure !== null}
        onChange={(event) => {
          setName(event.target.value);
          setFailure(null);
        }}
      />
      <Button
        type="submit"
        look="primary"
        busy={busy}
        disabledReason={name.trim() === "" ? "Give the view a name first." : undefined}
      >
        Save
      </Button>
      {failure !== null && (
        <p className="is-bad field-error small" role="alert">
          {failure}
        </p>
      )}
    </form>
  );
}
