import { useMutation } from "@tanstack/react-query";
import { Button } from "../../../ui/page/Button.tsx";
import { FormRefusal } from "../fields/FormRefusal.tsx";
import { useWait } from "../fields/use-wait.ts";
import { beginSingleSignOn } from "../session-api.ts";

type SingleSignOnProps = { name: string; returnTo: string; primary: boolean };

/** Leads to the identity provider and, signed in, back to the page that one wanted. */
export function SingleSignOn({ name, returnTo, primary }: SingleSignOnProps) {
  const begin = useMutation({
    mutationFn: () => beginSingleSignOn(returnTo),
    onSuccess: ({ url }) => {
      if (/^https?:/.test(url)) window.location.assign(url);
    },
  });
  const waitS = useWait(begin.error);
  return (
    <div className="alone-form">
      <FormRefusal error={begin.error} waitS={waitS} />
      <Button
        large
        look={primary ? "primary" : "plain"}
        icon="key"
        busy={begin.isPending || begin.isSuccess}
        onClick={() => begin.mutate()}
      >
        Continue with {name}
      </Button>
    </div>
  );
}
