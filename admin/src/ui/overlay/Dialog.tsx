import { type FormEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { Button, IconButton } from "../page/Button.tsx";
import "./overlay.css";

type DialogProps = {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  /** Room for a form with long texts; fills the screen of a phone. */
  wide?: boolean;
};

/** A native modal dialog: focus goes to `data-first-focus` and stays inside, Escape closes, focus returns to where it was. */
export function Dialog({ open, onClose, title, children, footer, wide = false }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (open && element.current?.open === false) {
      element.current.showModal();
      element.current.querySelector<HTMLElement>("[data-first-focus]")?.focus();
    }
    if (!open && element.current?.open === true) element.current.close();
  }, [open]);
  return (
    <dialog
      ref={element}
      className={wide ? "dialog dialog-wide" : "dialog"}
      aria-labelledby={id}
      // Told at once: until the close event comes, a key that opens the dialog again would find it open still.
      onCancel={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      onClose={() => {
        if (element.current?.open !== true) onClose();
      }}
      closedby={wide ? "closerequest" : "any"}
    >
      {open && (
        <>
          <header>
            <h2 id={id}>{title}</h2>
            <IconButton icon="close" label="Close" onClick={onClose} />
          </header>
          <div className="dialog-body">{children}</div>
          {footer !== undefined && <footer>{footer}</footer>}
        </>
      )}
    </dialog>
  );
}

type ConfirmDialogProps = {
  open: boolean;
  title: ReactNode;
  /** What will happen, in full, with its price. */
  children: ReactNode;
  /** The verb and its object: "Cancel the task". */
  confirmWord: ReactNode;
  dangerous?: boolean;
  busy: boolean;
  /** Why it did not work, kept in the dialog so that nothing must be typed again. */
  failure?: ReactNode;
  onConfirm: () => void;
  onClose: () => void;
};

/** Asks once before something that cannot be taken back or costs money. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { open, title, children, confirmWord, dangerous = false, busy, failure, onConfirm, onClose } = props;
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy) onConfirm();
  };
  const footer = (
    <>
      <Button large onClick={onClose} data-first-focus={dangerous ? "" : undefined}>
        Not now
      </Button>
      <Button
        large
        look={dangerous ? "danger" : "primary"}
        type="submit"
        form={id}
        busy={busy}
        data-first-focus={dangerous ? undefined : ""}
      >
        {confirmWord}
      </Button>
    </>
  );
  return (
    <Dialog open={open} onClose={onClose} title={title} footer={footer}>
      <form id={id} onSubmit={submit} className="stack">
        <div className="text-2">{children}</div>
        {failure !== undefined && <div role="alert">{failure}</div>}
      </form>
    </Dialog>
  );
}
