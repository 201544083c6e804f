import { Dialog } from "../overlay/Dialog.tsx";
import "./shortcuts.css";
import { printedKeys, type Shortcut, type ShortcutId, shortcutEntries } from "./shortcut-table.ts";

const groups = [...new Set(shortcutEntries.map((shortcut) => shortcut.group))];

type ShortcutsDialogProps = {
  open: boolean;
  onClose: () => void;
  /** Those that do nothing for whoever reads this. */
  without?: readonly ShortcutId[];
};

/** Opens over the page. */
export function ShortcutsDialog({ open, onClose, without }: ShortcutsDialogProps) {
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard shortcuts">
      <ShortcutsList {...(without === undefined ? {} : { without })} />
    </Dialog>
  );
}

/** Every shortcut by where it works, from the table that binds them. */
export function ShortcutsList({ without = [] }: { without?: readonly ShortcutId[] }) {
  return (
    <div className="shortcuts">
      {groups.map((group) => (
        <section key={group} aria-label={group}>
          <h3 className="text-3 small">{group}</h3>
          <dl>
            {shortcutEntries
              .filter(({ id, group: own }) => own === group && !without.includes(id))
              .map((shortcut) => (
                <div key={shortcut.id}>
                  <dt>{shortcut.word}</dt>
                  <dd>
                    <Keys shortcut={shortcut} />
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
      <p className="text-3 small">They rest while you type in a field. On a Mac, Cmd stands for Ctrl.</p>
    </div>
  );
}

/** The keys of one shortcut as they are printed. */
export function Keys({ shortcut }: { shortcut: Shortcut }) {
  return printedKeys(shortcut).map((key) => <kbd key={key}>{key}</kbd>);
}
