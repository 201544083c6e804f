import { useEffect } from "react";
import { holdSession } from "../../../api/session/session-store.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { CopyTextButton } from "../../../ui/value/CopyId.tsx";

function download(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "coursewright-backup-codes.txt";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 0);
}

/** Backup codes, shown this once, with ways to keep them. */
export function BackupCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  useEffect(holdSession, []);
  const text = `${codes.join("\n")}\n`;
  const file = `Backup codes for Coursewright at ${window.location.host}. Each works once.\n\n${text}`;
  return (
    <div className="account-form">
      <p className="account-text" role="status">
        <strong>Keep these backup codes.</strong> Each lets you sign in once when the app is not at hand. They
        are shown now and never again.
      </p>
      <ul className="backup-codes" aria-label="Backup codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="row wraps">
        <Button look="primary" onClick={onKept}>
          I have kept them
        </Button>
        <Button onClick={() => download(file)}>Download</Button>
        <CopyTextButton text={text} label="Copy the backup codes" />
      </div>
    </div>
  );
}
