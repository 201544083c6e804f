import type { ApiToken } from "../../../api/account-rows.ts";
import { Moment, RelativeTime } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { AccessRow } from "../AccessRow.tsx";
import { LookMark } from "../alerts/LookMark.tsx";
import { isLive, scopesInWords, tokenLook } from "./token-words.ts";

type TokenRowProps = {
  token: ApiToken;
  /** Named where the list holds tokens of several people. */
  showsOwner: boolean;
  nowMs: number;
  onRevoke: () => void;
};

const ofMachine = {
  word: "of the server's machine",
  explains:
    "Written into the server's data folder at each start, for the command line there. A revoked one is replaced.",
};

/** One token: what it may do, whose it is, how long it works and when it was used last. */
export function TokenRow({ token, showsOwner, nowMs, onRevoke }: TokenRowProps) {
  const name = shortName(token.name, 80);
  return (
    <AccessRow
      over={!isLive(token, nowMs)}
      mark={<LookMark look={tokenLook(token, nowMs)} />}
      name={<bdi>{name}</bdi>}
      tag={token.is_of_machine ? ofMachine : undefined}
      times={[
        token.revoked_at === null
          ? {
              name: "Expires",
              value: token.expires_at === null ? "never" : <Moment at={token.expires_at} />,
            }
          : { name: "Revoked", value: <Moment at={token.revoked_at} /> },
        { name: "Last used", value: <LastUse token={token} /> },
        { name: "Made", value: <Moment at={token.created_at} /> },
      ]}
      end={
        token.revoked_at === null
          ? { word: "Revoke", label: `Revoke ${name}`, onSelect: onRevoke }
          : undefined
      }
    >
      <p className="text-2">
        may {scopesInWords(token.scopes)}
        {showsOwner && (
          <>
            {" "}
            in the name of <bdi>{shortName(token.user_name, 60)}</bdi>
          </>
        )}
      </p>
      <p className="id">{token.prefix}…</p>
    </AccessRow>
  );
}

function LastUse({ token: { last_used_at, last_used_from } }: { token: ApiToken }) {
  if (last_used_at === null) return "never";
  return (
    <>
      <RelativeTime at={last_used_at} />
      {last_used_from !== null && (
        <>
          {" "}
          <span className="id">{shortName(last_used_from, 60)}</span>
        </>
      )}
    </>
  );
}
