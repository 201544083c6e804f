import type { ReactNode } from "react";
import { Dialog } from "../../ui/overlay/Dialog.tsx";
import { Button } from "../../ui/page/Button.tsx";
import { CopyTextButton } from "../../ui/value/CopyId.tsx";
import "./settings.css";

type ShownOnceDialogProps = {
  open: boolean;
  title: string;
  /** What it is for, and that it is not shown again. */
  lead: ReactNode;
  /** The secret; never written anywhere else. */
  text: string;
  /** Names the button: "Copy the link". */
  copyLabel: string;
  /** What to do with it. */
  children?: ReactNode;
  /** What the button says that ends it. */
  doneWord: string;
  onClose: () => void;
};

/** Shows a secret for the only time. A click beside it does not close it: the secret would be lost. */
export function ShownOnceDialog(props: ShownOnceDialogProps) {
  const { open, title, lead, text, copyLabel, children, doneWord, onClose } = props;
  const footer = (
    <Button large look="primary" onClick={onClose}>
      {doneWord}
    </Button>
  );
  return (
    <Dialog wide open={open} onClose={onClose} title={title} footer={footer}>
      <div className="stack">
        <p className="text-2">{lead}</p>
        <div className="shown-once">
          <code>{text}</code>
          <CopyTextButton text={text} label={copyLabel} data-first-focus="" />
        </div>
        {children}
      </div>
    </Dialog>
  );
}
