-- What every other table leans on: ids, versions, history of statuses, the change feed, time partitions.

-- PostgreSQL 18 has uuidv7(); older servers get one of ours with the same name.
DO $$
BEGIN
  IF to_regproc('pg_catalog.uuidv7') IS NULL THEN
    EXECUTE $function$
      CREATE FUNCTION uuidv7() RETURNS uuid LANGUAGE sql VOLATILE AS $body$
        SELECT encode(
          set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid())
              PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
              FROM 1 FOR 6),
            52, 1), 53, 1), 'hex')::uuid
      $body$
    $function$;
  END IF;
END
$$;

-- The smallest UUIDv7 of a moment: bounds of partitions and of "created between" filters.
CREATE FUNCTION uuidv7_floor(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

CREATE TABLE status_changes (
  entity text NOT NULL,
  entity_id uuid NOT NULL,
  from_status text,
  to_status text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  reason text
) PARTITION BY RANGE (at);
CREATE INDEX status_changes_entity ON status_changes (entity_id, at);

-- The change feed. Readers see a row once its transaction is visible to a newer snapshot than their last one,
-- which no updated_at cursor can promise. Slots of ten minutes are truncated in turn.
CREATE UNLOGGED TABLE live_changes_0 (
  entity text NOT NULL,
  id uuid NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE UNLOGGED TABLE live_changes_1 (LIKE live_changes_0 INCLUDING DEFAULTS);
CREATE UNLOGGED TABLE live_changes_2 (LIKE live_changes_0 INCLUDING DEFAULTS);
CREATE INDEX live_changes_0_xid ON live_changes_0 (xid);
CREATE INDEX live_changes_1_xid ON live_changes_1 (xid);
CREATE INDEX live_changes_2_xid ON live_changes_2 (xid);
CREATE VIEW live_changes AS
  SELECT entity, id, xid FROM live_changes_0
  UNION ALL SELECT entity, id, xid FROM live_changes_1
  UNION ALL SELECT entity, id, xid FROM live_changes_2;

CREATE FUNCTION live_slot() RETURNS int LANGUAGE sql STABLE AS $$
  SELECT (floor(date_part('epoch', statement_timestamp()) / 600)::bigint % 3)::int
$$;

CREATE FUNCTION note_live_change(entity text, id uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  CASE live_slot()
    WHEN 0 THEN INSERT INTO live_changes_0 (entity, id) VALUES (entity, id);
    WHEN 1 THEN INSERT INTO live_changes_1 (entity, id) VALUES (entity, id);
    ELSE INSERT INTO live_changes_2 (entity, id) VALUES (entity, id);
  END CASE;
END
$$;

-- Empties the slot that comes next, so a slot holds its changes for at least ten minutes.
CREATE FUNCTION rotate_live_changes() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  CASE (live_slot() + 1) % 3
    WHEN 0 THEN IF EXISTS (SELECT 1 FROM live_changes_0) THEN TRUNCATE live_changes_0; END IF;
    WHEN 1 THEN IF EXISTS (SELECT 1 FROM live_changes_1) THEN TRUNCATE live_changes_1; END IF;
    ELSE IF EXISTS (SELECT 1 FROM live_changes_2) THEN TRUNCATE live_changes_2; END IF;
  END CASE;
END
$$;

CREATE FUNCTION raise_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := OLD.version + 1;
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END
$$;

-- For tables of which only some columns are told. TG_ARGV[0] is the entity's name on the wire.
CREATE FUNCTION record_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_live_change(TG_ARGV[0], CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END);
  RETURN NULL;
END
$$;

-- What a statement did to a table, recorded once for all of its rows: TG_ARGV[0] is the entity's name on the wire, TG_ARGV[1]
-- 'status' where the rows leave a history of it. A statement costs as much as ten rows do, so row triggers would be the price.
CREATE FUNCTION record_inserts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  CASE live_slot()
    WHEN 0 THEN INSERT INTO live_changes_0 (entity, id) SELECT TG_ARGV[0], id FROM changed;
    WHEN 1 THEN INSERT INTO live_changes_1 (entity, id) SELECT TG_ARGV[0], id FROM changed;
    ELSE INSERT INTO live_changes_2 (entity, id) SELECT TG_ARGV[0], id FROM changed;
  END CASE;
  IF TG_ARGV[1] = 'status' THEN
    INSERT INTO status_changes (entity, entity_id, to_status, reason)
    SELECT TG_ARGV[0], id, status, nullif(current_setting('coursewright.reason', true), '') FROM changed;
  END IF;
  RETURN NULL;
END
$$;

-- The plan of the join is kept for the session: it must suit a statement of many rows also when the first one had few.
CREATE FUNCTION record_updates() RETURNS trigger LANGUAGE plpgsql SET enable_hashjoin = on SET enable_nestloop = off AS $$
BEGIN
  CASE live_slot()
    WHEN 0 THEN INSERT INTO live_changes_0 (entity, id) SELECT TG_ARGV[0], id FROM changed;
    WHEN 1 THEN INSERT INTO live_changes_1 (entity, id) SELECT TG_ARGV[0], id FROM changed;
    ELSE INSERT INTO live_changes_2 (entity, id) SELECT TG_ARGV[0], id FROM changed;
  END CASE;
  IF TG_ARGV[1] = 'status' THEN
    INSERT INTO status_changes (entity, entity_id, from_status, to_status, reason)
    SELECT TG_ARGV[0], c.id, f.status, c.status, nullif(current_setting('coursewright.reason', true), '')
    FROM changed c JOIN former f ON f.id = c.id WHERE f.status <> c.status;
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION record_deletes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  CASE live_slot()
    WHEN 0 THEN INSERT INTO live_changes_0 (entity, id) SELECT TG_ARGV[0], id FROM former;
    WHEN 1 THEN INSERT INTO live_changes_1 (entity, id) SELECT TG_ARGV[0], id FROM former;
    ELSE INSERT INTO live_changes_2 (entity, id) SELECT TG_ARGV[0], id FROM former;
  END CASE;
  RETURN NULL;
END
$$;

-- Attaches the triggers that every table shown live carries.
CREATE FUNCTION watch_table(watched regclass, entity text, has_status boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  kind text := CASE WHEN has_status THEN 'status' ELSE '' END;
BEGIN
  EXECUTE format('CREATE TRIGGER raise_version BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION raise_version()', watched);
  EXECUTE format('CREATE TRIGGER record_inserts AFTER INSERT ON %s REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION record_inserts(%L, %L)', watched, entity, kind);
  EXECUTE format('CREATE TRIGGER record_updates AFTER UPDATE ON %s REFERENCING OLD TABLE AS former NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION record_updates(%L, %L)', watched, entity, kind);
  EXECUTE format('CREATE TRIGGER record_deletes AFTER DELETE ON %s REFERENCING OLD TABLE AS former
    FOR EACH STATEMENT EXECUTE FUNCTION record_deletes(%L)', watched, entity);
END
$$;

-- Weekly partitions of the append-only tables, from last week to four weeks ahead. Safe to call at any time.
CREATE FUNCTION ensure_time_partitions() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  parent text;
  week timestamptz;
  child text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('coursewright.time_partitions'));
  FOR week IN SELECT generate_series(
    date_trunc('week', clock_timestamp(), 'UTC') - interval '1 week',
    date_trunc('week', clock_timestamp(), 'UTC') + interval '4 weeks', interval '1 week')
  LOOP
    FOREACH parent IN ARRAY ARRAY['status_changes', 'payloads_flow_runs', 'payloads_step_runs', 'payloads_llm_requests']
    LOOP
      child := parent || '_' || to_char(week AT TIME ZONE 'UTC', 'IYYY"w"IW');
      CONTINUE WHEN to_regclass(parent) IS NULL OR to_regclass(child) IS NOT NULL;
      IF parent = 'status_changes' THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
          child, parent, week, week + interval '7 days');
      ELSE
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
          child, parent, uuidv7_floor(week), uuidv7_floor(week + interval '7 days'));
      END IF;
    END LOOP;
  END LOOP;
END
$$;
