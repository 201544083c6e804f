import type { ErrorComponentProps } from "@tanstack/react-router";
import { useState } from "react";
import { describeError } from "../../api/problem.ts";
import { serverAnswers } from "../../api/server-answers.ts";
import { Button } from "../../ui/page/Button.tsx";
import { ErrorBlock } from "../../ui/page/ErrorBlock.tsx";

/** What a page shows when it could not be drawn. It is loaded anew only once the server answers. */
export function FaultPage({ error }: ErrorComponentProps) {
  const [asking, setAsking] = useState(false);
  const [away, setAway] = useState(false);
  const words = describeError(error);
  const loadAgain = async () => {
    setAsking(true);
    const answers = await serverAnswers();
    setAsking(false);
    setAway(!answers);
    if (answers) window.location.reload();
  };
  return (
    <ErrorBlock
      title={words.title}
      raw={words.raw}
      actions={
        <Button busy={asking} onClick={() => void loadAgain()}>
          Load the page again
        </Button>
      }
    >
      <p>{words.text}</p>
      <p role="status">
        {away && "The server does not answer yet, so the page stays as it is. Try again in a moment."}
      </p>
    </ErrorBlock>
  );
}
