import { Dialog } from "../overlay/Dialog.tsx";
import "./shortcuts.css";
import { printedKeys, type Shortcut, shortcutEntries } from "./shortcut-table.ts";

const groups = [...new Set(shortcutEntries.map((shortcut) => shortcut.group))];

/** Opens over the page. */
export function ShortcutsDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard shortcuts">
      <ShortcutsList />
    </Dialog>
  );
}

/** Every shortcut by where it works, from the table that binds them. */
export function ShortcutsList() {
  return (
    <div className="shortcuts">
      {groups.map((group) => (
        <section key={group} aria-label={group}>
          <h3 className="text-3 small">{group}</h3>
          <dl>
            {shortcutEntries
              .filter((shortcut) => shortcut.group === group)
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
