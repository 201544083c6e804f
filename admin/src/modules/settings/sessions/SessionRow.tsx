import type { Session } from "../../../api/account-rows.ts";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { Moment, RelativeTime } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { browserWords } from "./browser-words.ts";

type SessionRowProps = { session: Session; onEnd: () => void };

/** One session: with which browser, from where, since when. */
export function SessionRow({ session, onEnd }: SessionRowProps) {
  const browser = browserWords(session.user_agent);
  return (
    <li className="settings-row">
      <Icon name="screen" />
      <div className="settings-row-words">
        <h2>
          <bdi title={session.user_agent === null ? undefined : shortName(session.user_agent, 300)}>
            {browser}
          </bdi>
          {session.is_current && <span className="settings-tag">this one</span>}
        </h2>
        <p className="text-2">
          {session.address === null ? (
            "from an address that is not known"
          ) : (
            <>
              from <span className="id">{shortName(session.address, 60)}</span>
            </>
          )}
        </p>
      </div>
      <dl className="settings-row-times">
        <div>
          <dt>Signed in</dt>
          <dd>
            <Moment at={session.created_at} />
          </dd>
        </div>
        <div>
          <dt>Last used</dt>
          <dd>{session.is_current ? "now" : <RelativeTime at={session.last_used_at} />}</dd>
        </div>
        <div>
          <dt>Ends unused</dt>
          <dd>
            <Moment at={session.expires_at} />
          </dd>
        </div>
      </dl>
      <div className="settings-row-actions">
        <Button
          aria-label={`End the session of ${browser}`}
          disabledReason={
            session.is_current ? "You are in it: Sign out, in the account menu, ends it." : undefined
          }
          onClick={onEnd}
        >
          End
        </Button>
      </div>
    </li>
  );
}
