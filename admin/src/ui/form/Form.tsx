import { type ReactNode, useEffect, useRef, useState } from "react";

type FormProps = {
  id?: string;
  className: string;
  /** What was sent is under way: nothing is sent a second time. */
  busy: boolean;
  /** The form is the page's own purpose: the keyboard begins in its first field. */
  comesFocused?: boolean;
  /** Sends it, or finds fault with its fields. */
  onSend: () => void;
  children: ReactNode;
};

const firstField = "input:not([readonly], [type=checkbox], [type=radio])";

/** A form that says itself what is wrong: the first field at fault gets the keyboard, when it is sent and when the answer comes. */
export function Form({ id, className, busy, comesFocused = false, onSend, children }: FormProps) {
  const element = useRef<HTMLFormElement>(null);
  const [sends, setSends] = useState(0);
  useEffect(() => {
    if (comesFocused) element.current?.querySelector<HTMLElement>(firstField)?.focus();
  }, [comesFocused]);
  useEffect(() => {
    if (sends > 0 && !busy) element.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [sends, busy]);
  return (
    <form
      id={id}
      ref={element}
      className={className}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (busy) return;
        onSend();
        setSends(sends + 1);
      }}
    >
      {children}
    </form>
  );
}
