import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { OutageError } from "../../../api/problem.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { FormRefusal } from "../fields/FormRefusal.tsx";
import { StandAlone } from "../StandAlone.tsx";
import { DeadLink } from "./DeadLink.tsx";
import { spend } from "./spent-links.ts";

/** Signs the local administrator in, without a question. */
export function LocalSignIn({ secret }: { secret: string }) {
  const { mutate, error, isPending } = useMutation({ mutationFn: () => spend(secret, {}) });
  useEffect(() => mutate(), [mutate]);
  if (error !== null && !(error instanceof OutageError)) return <DeadLink error={error} />;
  return (
    <StandAlone>
      <h1>{error === null ? "Signing you in…" : "One-time link"}</h1>
      <FormRefusal error={error} />
      {error === null ? (
        <p className="text-2" role="status">
          As the administrator of this machine.
        </p>
      ) : (
        <Button large busy={isPending} onClick={() => mutate()}>
          Try again
        </Button>
      )}
    </StandAlone>
  );
}
