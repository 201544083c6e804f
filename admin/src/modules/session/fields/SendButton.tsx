import type { ComponentProps } from "react";
import { Button } from "../../../ui/page/Button.tsx";
import { waitWords } from "./use-wait.ts";

type SendButtonProps = Omit<ComponentProps<typeof Button>, "type" | "disabledReason"> & {
  /** Seconds until it may be tried again. */
  waitS: number;
};

/** Sends the form that it stands in. While the server lets nobody try again, it says how long that is, and Enter sends nothing either. */
export function SendButton({ waitS, ...rest }: SendButtonProps) {
  const reason = waitS > 0 ? `Wait ${waitWords(waitS)} before the next attempt.` : undefined;
  return <Button {...rest} type="submit" disabledReason={reason} />;
}
