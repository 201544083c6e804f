-- Who did what, when, from where and how it ended. Rows are only ever added; each holds the hash of the one before, so that a row that
-- was changed or taken out shows. Where somebody was stands apart, so that it can be erased without breaking the chain.
CREATE TABLE audit_log (
  seq bigint PRIMARY KEY,
  id uuid NOT NULL UNIQUE,
  at timestamptz NOT NULL,
  -- no foreign key: the entry outlives the account
  actor_id uuid,
  actor_kind text NOT NULL CHECK (actor_kind IN ('session', 'token', 'machine', 'nobody')),
  token_id uuid,
  action text COLLATE "C" NOT NULL,
  object_kind text,
  object_id text,
  result text NOT NULL CHECK (result IN ('done', 'refused', 'failed')),
  code text,
  request_id text,
  details jsonb NOT NULL,
  -- of the row in audit_places, null when it never had one
  place_sha256 bytea,
  previous_hash bytea NOT NULL,
  hash bytea NOT NULL
);
-- Lists go by time; what was written in the same microsecond goes by number.
CREATE INDEX audit_log_at ON audit_log (at, seq);
CREATE INDEX audit_log_actor ON audit_log (actor_id, at, seq);
CREATE INDEX audit_log_action ON audit_log (action, at, seq);
CREATE INDEX audit_log_object ON audit_log (object_id, at, seq);
CREATE INDEX audit_log_request ON audit_log (request_id, at, seq);
CREATE INDEX audit_log_result ON audit_log (result, at, seq) WHERE result <> 'done';

CREATE TABLE audit_places (
  seq bigint PRIMARY KEY REFERENCES audit_log (seq),
  salt bytea NOT NULL,
  address text,
  user_agent text
);

-- Adds one entry. All of it in one statement: nobody holds the lock while a message travels, or while their process stands still.
--   hash = SHA-256(previous_hash, canonical JSON of {at, content_sha256, id, seq}); the first entry follows 32 zero bytes.
-- content_sha256 is the caller's, over canonical JSON of all other columns; docs/reference/audit-log.md has the whole rule.
-- `placeless_sha256` is the hash of the same entry without a place: what a request of somebody brings that began before their data were
-- erased and ends after it says no more where they are.
CREATE FUNCTION append_audit_entry(
  entry jsonb, content_sha256 bytea, place jsonb, placeless_sha256 bytea DEFAULT NULL
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  newest record;
  previous bytea;
  new_seq bigint;
  new_id uuid;
  moment timestamptz;
  head text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('coursewright.audit_log', 0));
  IF place IS NOT NULL AND EXISTS (
    SELECT 1 FROM audit_log WHERE action = 'user.erase_places' AND object_id = entry ->> 'actor_id'
  ) THEN
    place := NULL;
    entry := entry || '{"place_sha256": null}';
    content_sha256 := placeless_sha256;
  END IF;
  SELECT seq, hash INTO newest FROM audit_log ORDER BY seq DESC LIMIT 1;
  previous := coalesce(newest.hash, decode(repeat('00', 32), 'hex'));
  new_seq := coalesce(newest.seq, 0) + 1;
  new_id := uuidv7();
  moment := clock_timestamp();
  head := format(
    '{"at":"%s","content_sha256":"%s","id":"%s","seq":%s}',
    to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), encode(content_sha256, 'hex'), new_id, new_seq
  );
  INSERT INTO audit_log (
    seq, id, at, actor_id, actor_kind, token_id, action, object_kind, object_id, result, code, request_id, details,
    place_sha256, previous_hash, hash
  ) VALUES (
    new_seq, new_id, moment, (entry ->> 'actor_id')::uuid, entry ->> 'actor_kind', (entry ->> 'token_id')::uuid,
    entry ->> 'action', entry ->> 'object_kind', entry ->> 'object_id', entry ->> 'result', entry ->> 'code',
    entry ->> 'request_id', entry -> 'details', decode(entry ->> 'place_sha256', 'hex'),
    previous, sha256(previous || convert_to(head, 'UTF8'))
  );
  IF place IS NOT NULL THEN
    INSERT INTO audit_places (seq, salt, address, user_agent)
    VALUES (new_seq, decode(place ->> 'salt', 'hex'), place ->> 'address', place ->> 'user_agent');
  END IF;
END
$$;

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log can only be added to';
END
$$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

-- A place may go only when the log itself says, in a later entry, that the places of this person were erased.
CREATE FUNCTION refuse_unannounced_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM audit_log own
    JOIN audit_log erasure ON erasure.object_id = own.actor_id::text AND erasure.action = 'user.erase_places' AND erasure.seq > own.seq
    WHERE own.seq = OLD.seq
  ) THEN
    RAISE EXCEPTION 'the audit log can only be added to';
  END IF;
  RETURN OLD;
END
$$;
CREATE TRIGGER audit_places_append_only BEFORE UPDATE ON audit_places FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_places_announced BEFORE DELETE ON audit_places FOR EACH ROW EXECUTE FUNCTION refuse_unannounced_erasure();
CREATE TRIGGER audit_places_no_truncate BEFORE TRUNCATE ON audit_places FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

-- What other modules may read of tokens.
CREATE VIEW api_token_names AS SELECT id, name FROM api_tokens;
