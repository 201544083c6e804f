import type { Session } from "../../../api/account-rows.ts";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { Moment, RelativeTime } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { AccessRow } from "../AccessRow.tsx";
import { browserWords } from "./browser-words.ts";

type SessionRowProps = { session: Session; onEnd: () => void };

/** One session: with which browser, from where, since when. */
export function SessionRow({ session, onEnd }: SessionRowProps) {
  const { is_current, address, user_agent } = session;
  const browser = browserWords(user_agent);
  return (
    <AccessRow
      mark={<Icon name="screen" />}
      name={<bdi title={user_agent === null ? undefined : shortName(user_agent, 300)}>{browser}</bdi>}
      tag={is_current ? { word: "this one" } : undefined}
      times={[
        { name: "Signed in", value: <Moment at={session.created_at} /> },
        { name: "Last used", value: is_current ? "now" : <RelativeTime at={session.last_used_at} /> },
        { name: "Ends unused", value: <Moment at={session.expires_at} /> },
      ]}
      end={{
        word: "End",
        label: `End the session of ${browser}`,
        disabledReason: is_current ? "You are in it: Sign out, in the account menu, ends it." : undefined,
        onSelect: onEnd,
      }}
    >
      <p className="text-2">
        {address === null ? (
          "from an address that is not known"
        ) : (
          <>
            from <span className="id">{shortName(address, 60)}</span>
          </>
        )}
      </p>
    </AccessRow>
  );
}
