import type { ErrorComponentProps } from "@tanstack/react-router";
import { describeError } from "../../api/problem.ts";
import { Button } from "../../ui/page/Button.tsx";
import { ErrorBlock } from "../../ui/page/ErrorBlock.tsx";

/** What a page shows when it could not be drawn. */
export function FaultPage({ error }: ErrorComponentProps) {
  const words = describeError(error);
  return (
    <ErrorBlock
      title={words.title}
      raw={words.raw}
      actions={<Button onClick={() => window.location.reload()}>Load the page again</Button>}
    >
      <p>{words.text}</p>
    </ErrorBlock>
  );
}
