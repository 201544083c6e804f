import type { ApiToken } from "../../../api/account-rows.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { Moment, RelativeTime } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { LookMark } from "../alerts/LookMark.tsx";
import { isLive, scopesInWords, tokenLook } from "./token-words.ts";

type TokenRowProps = {
  token: ApiToken;
  /** Named where the list holds tokens of several people. */
  showsOwner: boolean;
  nowMs: number;
  onRevoke: () => void;
};

/** One token: what it may do, whose it is, how long it works and when it was used last. */
export function TokenRow({ token, showsOwner, nowMs, onRevoke }: TokenRowProps) {
  const name = shortName(token.name, 80);
  return (
    <li className={isLive(token, nowMs) ? "settings-row" : "settings-row settings-row-over"}>
      <LookMark look={tokenLook(token, nowMs)} />
      <div className="settings-row-words">
        <h2>
          <bdi>{name}</bdi>
          {token.is_of_machine && (
            <span
              className="settings-tag"
              title="Written into the server's data folder at each start, for the command line there. A revoked one is replaced."
            >
              of the server's machine
            </span>
          )}
        </h2>
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
      </div>
      <TokenTimes token={token} />
      <div className="settings-row-actions">
        {token.revoked_at === null && (
          <Button look="danger" aria-label={`Revoke ${name}`} onClick={onRevoke}>
            Revoke
          </Button>
        )}
      </div>
    </li>
  );
}

function TokenTimes({ token }: { token: ApiToken }) {
  return (
    <dl className="settings-row-times">
      <div>
        <dt>{token.revoked_at === null ? "Expires" : "Revoked"}</dt>
        <dd>
          {token.revoked_at !== null && <Moment at={token.revoked_at} />}
          {token.revoked_at === null &&
            (token.expires_at === null ? "never" : <Moment at={token.expires_at} />)}
        </dd>
      </div>
      <div>
        <dt>Last used</dt>
        <dd>
          {token.last_used_at === null ? (
            "never"
          ) : (
            <>
              <RelativeTime at={token.last_used_at} />
              {token.last_used_from !== null && (
                <>
                  {" "}
                  <span className="id">{shortName(token.last_used_from, 60)}</span>
                </>
              )}
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>Made</dt>
        <dd>
          <Moment at={token.created_at} />
        </dd>
      </div>
    </dl>
  );
}
