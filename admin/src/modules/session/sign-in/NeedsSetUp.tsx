import { CopyButton } from "../../../ui/value/CopyId.tsx";

/** What to do while no administrator can sign in yet. */
export function NeedsSetUp({ local }: { local: boolean }) {
  const command = local ? "npm run cw -- sign-in-link" : "coursewright create-admin";
  return (
    <div className="needs-set-up">
      <p>
        {local
          ? "The administrator of this machine has no password yet. Open the one-time link that the server printed when it started, or print a new one in its folder:"
          : "No administrator can sign in yet. Open the one-time link that the server printed when it started, or print a new one on its machine:"}
      </p>
      <p className="command">
        <code>{command}</code>
        <CopyButton text={command} label="Copy the command" />
      </p>
    </div>
  );
}
