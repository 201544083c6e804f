-- The audit log forgets its beginning after a time. That it did stands in the chain, and the last entry that went is kept as an anchor:
-- with these columns its hash can be computed again, so it proves which entry it was and when, and the first one that is left follows it.
CREATE TABLE audit_anchors (
  seq bigint PRIMARY KEY,
  id uuid NOT NULL,
  at timestamptz NOT NULL,
  content_sha256 bytea NOT NULL,
  previous_hash bytea NOT NULL,
  hash bytea NOT NULL,
  -- how many entries went with it
  removed bigint NOT NULL,
  trimmed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Whatever is set, and whoever asks: an entry stays for so long.
CREATE FUNCTION audit_least_age() RETURNS interval LANGUAGE sql IMMUTABLE AS $$ SELECT interval '90 days' $$;

-- An anchor is an entry that is there, is old enough, and of which a later entry says that everything up to it goes.
CREATE FUNCTION refuse_unannounced_anchor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM audit_log last
    JOIN audit_log cut ON cut.action = 'audit.trimmed' AND cut.seq > last.seq AND cut.details ->> 'last_hash' = encode(last.hash, 'hex')
    WHERE last.seq = NEW.seq AND last.id = NEW.id AND last.at = NEW.at AND last.previous_hash = NEW.previous_hash
      AND last.hash = NEW.hash AND last.at < clock_timestamp() - audit_least_age()
  ) THEN
    RAISE EXCEPTION 'the audit log can only be added to';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER audit_anchors_announced BEFORE INSERT ON audit_anchors FOR EACH ROW EXECUTE FUNCTION refuse_unannounced_anchor();
CREATE TRIGGER audit_anchors_append_only BEFORE UPDATE OR DELETE ON audit_anchors
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_anchors_no_truncate BEFORE TRUNCATE ON audit_anchors FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

CREATE FUNCTION refuse_unanchored_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.at >= clock_timestamp() - audit_least_age() OR NOT EXISTS (SELECT 1 FROM audit_anchors WHERE seq >= OLD.seq) THEN
    RAISE EXCEPTION 'the audit log can only be added to';
  END IF;
  RETURN OLD;
END
$$;
DROP TRIGGER audit_log_append_only ON audit_log;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_log_anchored BEFORE DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_unanchored_removal();

-- A place may go with its entry, or when the log itself says, in a later entry, that the places of this person were erased.
CREATE OR REPLACE FUNCTION refuse_unannounced_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM audit_anchors WHERE seq >= OLD.seq
  ) AND NOT EXISTS (
    SELECT 1 FROM audit_log own
    JOIN audit_log erasure ON erasure.object_id = own.actor_id::text AND erasure.action = 'user.erase_places' AND erasure.seq > own.seq
    WHERE own.seq = OLD.seq
  ) THEN
    RAISE EXCEPTION 'the audit log can only be added to';
  END IF;
  RETURN OLD;
END
$$;

-- Removes every entry up to number `last_seq`, all in one statement for the same reason as append_audit_entry: `entry` announces it, and
-- its details hold the hash of the last one that goes as `last_hash`.
CREATE FUNCTION trim_audit_log(last_seq bigint, last_content_sha256 bytea, entry jsonb, content_sha256 bytea) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM append_audit_entry(entry, content_sha256, null);
  INSERT INTO audit_anchors (seq, id, at, content_sha256, previous_hash, hash, removed)
  SELECT l.seq, l.id, l.at, last_content_sha256, l.previous_hash, l.hash, (SELECT count(*) FROM audit_log WHERE seq <= last_seq)
  FROM audit_log l WHERE l.seq = last_seq;
  DELETE FROM audit_places p WHERE p.seq <= last_seq;
  DELETE FROM audit_log l WHERE l.seq <= last_seq;
END
$$;
