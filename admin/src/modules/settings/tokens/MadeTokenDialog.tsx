import type { MadeApiToken } from "../../../api/account-rows.ts";
import { CopyButton } from "../../../ui/value/CopyId.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { ShownOnceDialog } from "../ShownOnceDialog.tsx";
import { exampleLogin, exampleRequest } from "./token-words.ts";

type MadeTokenDialogProps = { made: MadeApiToken | null; onClose: () => void };

/** Shows a token for the only time, with what to do with it. */
export function MadeTokenDialog({ made, onClose }: MadeTokenDialogProps) {
  const { origin } = window.location;
  const scopes = made?.api_token.scopes ?? [];
  return (
    <ShownOnceDialog
      open={made !== null}
      title="Keep the token"
      lead={
        <>
          “<bdi>{shortName(made?.api_token.name ?? "", 80)}</bdi>” works from now on. The token is shown now
          and never again; a lost one can only be replaced. Whoever has it may do what it may do.
        </>
      }
      text={made?.token ?? ""}
      copyLabel="Copy the token"
      doneWord="I have kept it"
      onClose={onClose}
    >
      {scopes.some((scope) => scope === "read" || scope === "operate" || scope === "admin") && (
        <Example title="On the command line, which asks for the token" command={exampleLogin(origin)} />
      )}
      <Example
        title="In a program, with the token in COURSEWRIGHT_TOKEN"
        command={exampleRequest(scopes, origin)}
      />
    </ShownOnceDialog>
  );
}

function Example({ title, command }: { title: string; command: string }) {
  return (
    <div className="settings-example">
      <p className="small text-2">{title}</p>
      <div className="settings-command">
        <code>{command}</code>
        <CopyButton text={command} label={`Copy: ${title}`} />
      </div>
    </div>
  );
}
