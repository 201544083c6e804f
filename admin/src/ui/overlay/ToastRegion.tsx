import { Icon } from "../icon/Icon.tsx";
import { IconButton } from "../page/Button.tsx";
import "./overlay.css";
import { dismissToast, holdToasts, useToasts } from "./toasts.ts";

const icons = { ok: "check", bad: "cross", idle: "hollow" } as const;

/** Where remarks appear; failures interrupt assistive technology, everything else waits its turn. */
export function ToastRegion() {
  const toasts = useToasts();
  return (
    <section
      className="toasts"
      aria-label="Remarks"
      onPointerEnter={() => holdToasts(true)}
      onPointerLeave={() => holdToasts(false)}
      onFocus={() => holdToasts(true)}
      onBlur={() => holdToasts(false)}
    >
      <div aria-live="polite">
        {toasts.map((toast) => (
          <div key={toast.id} className="toast" role={toast.tone === "bad" ? "alert" : undefined}>
            <Icon name={icons[toast.tone]} className={`is-${toast.tone}`} />
            <span>{toast.words}</span>
            {toast.action !== undefined && (
              <button
                type="button"
                className="button button-quiet"
                onClick={() => {
                  toast.action?.onSelect();
                  dismissToast(toast.id);
                }}
              >
                {toast.action.word}
              </button>
            )}
            <IconButton icon="close" label="Dismiss" onClick={() => dismissToast(toast.id)} />
          </div>
        ))}
      </div>
    </section>
  );
}
