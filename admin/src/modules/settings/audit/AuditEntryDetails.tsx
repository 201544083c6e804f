import type { AuditEntry } from "../../../api/account-rows.ts";
import type { Lesson } from "../../../api/content-rows.ts";
import { useItemQuery } from "../../../api/item-query.ts";
import { ApiError } from "../../../api/problem.ts";
import { paths } from "../../../paths.ts";
import { LazyJson } from "../../../ui/content/LazyJson.tsx";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { Facts } from "../../../ui/page/Card.tsx";
import { CopyId, ShortId } from "../../../ui/value/CopyId.tsx";
import { formatCount } from "../../../ui/value/format.ts";
import { LongText } from "../../../ui/value/LongText.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";
import { browserWords } from "../sessions/browser-words.ts";
import { Actor } from "./audit-columns.tsx";
import { lessonOf, objectOf, proofWords } from "./audit-words.ts";

/** Everything that was written down of one action. */
export function AuditEntryDetails({ entry }: { entry: AuditEntry }) {
  const hasDetails = Object.keys(entry.details).length > 0;
  return (
    <div className="audit-details">
      <Facts
        facts={[
          {
            name: "Who",
            value: (
              <>
                <Actor entry={entry} /> <span className="text-2">{proofWords(entry)}</span>
              </>
            ),
          },
          { name: "Action", value: <code>{shortName(entry.action)}</code> },
          { name: "Object", value: entry.object_kind !== null && <AuditObject entry={entry} /> },
          { name: "Answer", value: entry.code !== null && <code>{shortName(entry.code)}</code> },
          {
            name: "From",
            value:
              entry.address === null ? (
                <span className="text-3">no address, or erased</span>
              ) : (
                <span className="id">{shortName(entry.address)}</span>
              ),
          },
          {
            name: "With",
            value: entry.user_agent !== null && (
              <>
                {browserWords(entry.user_agent)}{" "}
                <span className="text-3 small">
                  <LongText text={entry.user_agent} />
                </span>
              </>
            ),
          },
        ]}
      />
      <Facts
        facts={[
          { name: "Entry", value: <>number {formatCount(entry.seq)}</> },
          {
            name: "Request",
            value: entry.request_id !== null && (
              <CopyId id={entry.request_id} label="Copy the request's id" />
            ),
          },
          { name: "Hash", value: <CopyId id={entry.hash} label="Copy the hash" /> },
          {
            name: "Details",
            value: hasDetails && <LazyJson value={entry.details} label="the details" missing="" />,
          },
          { name: "More", value: <Narrower entry={entry} /> },
        ]}
      />
    </div>
  );
}

function AuditObject({ entry }: { entry: AuditEntry }) {
  const { word, id, href } = objectOf(entry);
  const lesson = lessonOf(entry);
  if (lesson !== null) return <AuditLesson id={lesson} />;
  if (id === null) return word;
  return (
    <span className="inline-row">
      {shortName(word, 60)}
      {href === null ? (
        <CopyId id={shortName(id)} />
      ) : (
        <AppLink className="link" href={href}>
          <ShortId id={id} />
        </AppLink>
      )}
    </span>
  );
}

/** A lesson with the way to its page, which is a part of its unit's. */
function AuditLesson({ id }: { id: string }) {
  const { data, error } = useItemQuery<Lesson>(`/content/lessons/${id}`);
  const isGone = error instanceof ApiError && error.status === 404;
  return (
    <span className="inline-row">
      lesson
      {data === undefined ? (
        <CopyId id={id} />
      ) : (
        <AppLink className="link" href={paths.lesson(data.unit_id, id)}>
          {shortName(data.title, 60)}
        </AppLink>
      )}
      {isGone && <span className="text-3">is gone</span>}
    </span>
  );
}

/** The log narrowed to what this entry has in common with others. */
function Narrower({ entry }: { entry: AuditEntry }) {
  return (
    <span className="audit-narrower">
      {entry.actor_id !== null && (
        <AppLink className="link" href={paths.settingsAudit({ actor_id: entry.actor_id })}>
          all of this person
        </AppLink>
      )}
      <AppLink className="link" href={paths.settingsAudit({ action: entry.action })}>
        all of this kind
      </AppLink>
      {entry.object_id !== null && (
        <AppLink className="link" href={paths.settingsAudit({ q: entry.object_id })}>
          all about this object
        </AppLink>
      )}
    </span>
  );
}
