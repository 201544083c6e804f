import { type ReactNode, useEffect, useId, useRef } from "react";
import { Form } from "../form/Form.tsx";
import { Button, IconButton } from "../page/Button.tsx";
import "./overlay.css";

type DialogProps = {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  /** Room for a form with long texts; fills the screen of a phone. */
  wide?: boolean | undefined;
};

/** A native modal dialog: focus goes to `data-first-focus` and stays inside, Escape closes, focus returns to where it was. */
export function Dialog({ open, onClose, title, children, footer, wide }: DialogProps) {
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

type FormDialogProps = {
  open: boolean;
  title: ReactNode;
  /** The fields, and below them why it was not taken. */
  children: ReactNode;
  /** The verb and its object: "Add the alert". */
  sendWord: ReactNode;
  look?: "primary" | "danger";
  wide?: boolean;
  busy: boolean;
  /** Why it cannot be sent yet. */
  disabledReason?: string | undefined;
  /** Which button has the keyboard at first, where no field has `data-first-focus`. */
  beginsAt?: "send" | "close";
  /** Stands left in the footer, apart from what ends the dialog. */
  aside?: ReactNode;
  onSend: () => void;
  onClose: () => void;
};

/** A form in a dialog: sent by its button or Enter, left by "Not now" or Escape. */
export function FormDialog(props: FormDialogProps) {
  const { open, title, children, sendWord, look = "primary", wide, busy, disabledReason, beginsAt } = props;
  const { aside, onSend, onClose } = props;
  const id = useId();
  const footer = (
    <>
      {aside}
      {aside !== undefined && <span className="spacer" />}
      <Button large onClick={onClose} data-first-focus={beginsAt === "close" ? "" : undefined}>
        Not now
      </Button>
      <Button
        large
        look={look}
        type="submit"
        form={id}
        busy={busy}
        disabledReason={disabledReason}
        data-first-focus={beginsAt === "send" ? "" : undefined}
      >
        {sendWord}
      </Button>
    </>
  );
  return (
    <Dialog open={open} onClose={onClose} title={title} wide={wide} footer={footer}>
      <Form id={id} className="stack" busy={busy} onSend={onSend}>
        {children}
      </Form>
    </Dialog>
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
  return (
    <FormDialog
      open={open}
      title={title}
      sendWord={confirmWord}
      look={dangerous ? "danger" : "primary"}
      beginsAt={dangerous ? "close" : "send"}
      busy={busy}
      onSend={onConfirm}
      onClose={onClose}
    >
      <div className="text-2">{children}</div>
      {failure !== undefined && <div role="alert">{failure}</div>}
    </FormDialog>
  );
}
