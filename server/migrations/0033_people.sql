-- When whoever is signed in showed last who they are: what hands out access asks for it again.
ALTER TABLE auth."session" ADD COLUMN "verifiedAt" timestamptz;
UPDATE auth."session" SET "verifiedAt" = "createdAt";
ALTER TABLE auth."session" ALTER COLUMN "verifiedAt" SET DEFAULT clock_timestamp(), ALTER COLUMN "verifiedAt" SET NOT NULL;

-- What other parts show of a person: the name as it is now.
CREATE VIEW user_names AS SELECT id, name FROM users;

-- As before, with the end of an invitation that was not used: in the past once it is over.
CREATE OR REPLACE VIEW user_summaries AS
SELECT p.id, p.email, p.name, p.role, p.is_active, p.created_at, p.updated_at, p.last_seen_at, p.version,
  w.unit_count, w.llm_request_count, w.cost_usd,
  p.erased_at,
  CASE
    WHEN s.has_password THEN 'password'
    WHEN s.has_provider THEN 'single_sign_on'
    WHEN i.expires_at > clock_timestamp() THEN 'invited'
    ELSE 'none'
  END AS sign_in,
  coalesce((SELECT a."twoFactorEnabled" FROM auth."user" a WHERE a."id" = p.id), false) AS has_second_factor,
  CASE WHEN s.has_password OR s.has_provider THEN NULL ELSE i.expires_at END AS invitation_expires_at
FROM users p
LEFT JOIN LATERAL (
  SELECT coalesce(sum(one.unit_count), 0)::int AS unit_count, coalesce(sum(one.llm_request_count), 0)::int AS llm_request_count,
    sum(one.cost_usd) AS cost_usd
  FROM (
    SELECT t.unit_count, t.llm_request_count, t.cost_usd FROM user_usage t WHERE t.user_id = p.id
    UNION ALL SELECT d.unit_count, d.llm_request_count, d.cost_usd FROM user_usage_deltas d WHERE d.user_id = p.id
  ) one
) w ON true
LEFT JOIN LATERAL (
  SELECT bool_or(c."providerId" = 'credential' AND c."password" IS NOT NULL) AS has_password,
    bool_or(c."providerId" <> 'credential') AS has_provider
  FROM auth."account" c WHERE c."userId" = p.id
) s ON true
LEFT JOIN LATERAL (
  SELECT max(l.expires_at) AS expires_at FROM sign_in_links l
  WHERE l.user_id = p.id AND l.kind = 'invitation' AND l.used_at IS NULL AND l.revoked_at IS NULL
) i ON true;

-- Incidents and recoveries name people by their id, so that a new name shows everywhere and an erased one nowhere. A name that
-- exactly one account has becomes its id. The first account was called "Local administrator" until somebody renamed it. Whose any
-- other name was cannot be told, so it is not kept.
CREATE FUNCTION person_of_name(wanted text) RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN count(*) = 1 THEN (array_agg(id))[1]
    WHEN count(*) = 0 AND wanted = 'Local administrator' THEN (SELECT u.id FROM users u ORDER BY u.id LIMIT 1)
  END FROM users WHERE name = wanted
$$;
CREATE FUNCTION stopper_of(reason text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT substring(reason FROM '^(.*) stopped it\. No further unit is resumed\.')
$$;
CREATE FUNCTION reason_without_name(reason text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN stopper_of(reason) IS NULL THEN reason
    ELSE CASE WHEN person_of_name(stopper_of(reason)) IS NULL THEN 'Somebody stopped it. ' ELSE '' END
      || substr(reason, length(stopper_of(reason)) + length(' stopped it. ') + 1)
  END
$$;
-- A recovery as its incident, or a version of it, shows it.
CREATE FUNCTION recovery_by_id(recovery jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT recovery - 'started_by' || jsonb_build_object(
    'started_by_id', (SELECT r.user_id FROM incident_recoveries r WHERE r.id = (recovery ->> 'id')::uuid),
    'stopped_by_id', person_of_name(stopper_of(recovery ->> 'reason')),
    'reason', reason_without_name(recovery ->> 'reason'))
$$;

ALTER TABLE incidents ADD COLUMN noted_by_id uuid REFERENCES users (id), ADD COLUMN resolved_by_id uuid REFERENCES users (id);
ALTER TABLE incident_recoveries ADD COLUMN stopped_by_id uuid REFERENCES users (id);
CREATE INDEX incidents_noted_by ON incidents (noted_by_id) WHERE noted_by_id IS NOT NULL;
CREATE INDEX incidents_resolved_by ON incidents (resolved_by_id) WHERE resolved_by_id IS NOT NULL;
CREATE INDEX incident_recoveries_stopped_by ON incident_recoveries (stopped_by_id) WHERE stopped_by_id IS NOT NULL;

-- What is written otherwise now is no new version of an incident.
ALTER TABLE incidents DISABLE TRIGGER keep_incident_version;
UPDATE incidents SET noted_by_id = person_of_name(noted_by), resolved_by_id = person_of_name(resolved_by),
  recovery = CASE WHEN recovery IS NOT NULL THEN recovery_by_id(recovery) END
WHERE noted_by IS NOT NULL OR resolved_by IS NOT NULL OR recovery IS NOT NULL;
ALTER TABLE incidents ENABLE TRIGGER keep_incident_version;
UPDATE incident_versions SET incident = incident - 'noted_by' - 'resolved_by'
  || jsonb_build_object('noted_by_id', person_of_name(incident ->> 'noted_by'),
    'resolved_by_id', person_of_name(incident ->> 'resolved_by'),
    'recovery', CASE WHEN jsonb_typeof(incident -> 'recovery') = 'object' THEN recovery_by_id(incident -> 'recovery') END);
UPDATE incident_recoveries SET stopped_by_id = person_of_name(stopper_of(reason)), reason = reason_without_name(reason)
WHERE stopper_of(reason) IS NOT NULL;
ALTER TABLE incidents DROP COLUMN noted_by, DROP COLUMN resolved_by;
ALTER TABLE incident_recoveries DROP COLUMN started_by;
DROP FUNCTION recovery_by_id, reason_without_name, stopper_of, person_of_name;

CREATE OR REPLACE FUNCTION show_recovery(wanted uuid) RETURNS void LANGUAGE sql AS $$
  UPDATE incidents i SET recovery = n.recovery
  FROM (
    SELECT r.incident_id, jsonb_build_object('id', r.id, 'state', r.state, 'wave', r.wave, 'waves', w.waves, 'total', w.total,
      'reason', r.reason, 'started_at', wire_time(r.started_at), 'started_by_id', r.user_id, 'stopped_by_id', r.stopped_by_id,
      'ended_at', wire_time(r.ended_at)) AS recovery
    FROM incident_recoveries r
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(o.size), 0)::int AS total, coalesce(jsonb_agg(jsonb_build_object('size', o.size,
        'succeeded', o.succeeded, 'failed', o.failed, 'refused', o.refused, 'running', o.running) ORDER BY o.wave), '[]') AS waves
      FROM (
        SELECT wave, count(*)::int AS size, count(*) FILTER (WHERE state = 'succeeded')::int AS succeeded,
          count(*) FILTER (WHERE state = 'failed')::int AS failed, count(*) FILTER (WHERE state = 'refused')::int AS refused,
          count(*) FILTER (WHERE state = 'running')::int AS running
        FROM incident_recovery_items WHERE recovery_id = r.id GROUP BY wave
      ) o
    ) w
    WHERE r.id = wanted AND NOT EXISTS (
      SELECT 1 FROM incident_recoveries later WHERE later.incident_id = r.incident_id AND later.id > r.id)
  ) n
  WHERE i.id = n.incident_id AND i.recovery IS DISTINCT FROM n.recovery
$$;
