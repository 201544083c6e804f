-- Outside engines that are observed and steered. A removed one stays as a name for the rows that came from it.
CREATE SEQUENCE connection_lock_keys AS int;

CREATE TABLE connections (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  -- second half of the advisory lock of the server that watches it
  lock_key int NOT NULL UNIQUE DEFAULT nextval('connection_lock_keys'),
  kind text NOT NULL DEFAULT 'prefect' CHECK (kind IN ('prefect')),
  name text NOT NULL,
  base_url text NOT NULL,
  -- where people look at runs; null: told from base_url
  ui_url text,
  auth_kind text NOT NULL DEFAULT 'none' CHECK (auth_kind IN ('none', 'basic', 'bearer')),
  auth_encrypted text,
  -- a run belongs to the connection when it carries all tags and, unless empty, comes from one of the deployments
  filter_tags text[] NOT NULL DEFAULT '{}',
  filter_deployment_ids uuid[] NOT NULL DEFAULT '{}',
  is_from_environment boolean NOT NULL DEFAULT false,
  disabled_at timestamptz,
  removed_at timestamptz,
  health text NOT NULL DEFAULT 'connecting'
    CHECK (health IN ('connecting', 'live', 'polling', 'down', 'auth_failed', 'incompatible', 'disabled')),
  health_since timestamptz NOT NULL DEFAULT clock_timestamp(),
  health_reason text,
  version_found text,
  -- the last answer that was usable, and the last moment up to which rows are known to be as Prefect has them
  last_ok_at timestamptz,
  last_sync_at timestamptz,
  -- from the state's time in Prefect to our row, of the newest change
  lag_ms int,
  -- why tasks that this connection should carry do not start; one sentence
  carrier_problem text,
  -- rises with every change of what decides how it is watched: address, credentials, filters
  settings_version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  version bigint NOT NULL DEFAULT 1,
  CHECK ((auth_kind = 'none') = (auth_encrypted IS NULL) OR removed_at IS NOT NULL)
);
CREATE UNIQUE INDEX connections_name ON connections (lower(name)) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX connections_environment ON connections (is_from_environment) WHERE is_from_environment AND removed_at IS NULL;
SELECT watch_table('connections', 'connection', false);

ALTER TABLE tasks ADD FOREIGN KEY (connection_id) REFERENCES connections (id);
ALTER TABLE flow_runs ADD FOREIGN KEY (connection_id) REFERENCES connections (id);
ALTER TABLE flow_step_runs ADD FOREIGN KEY (connection_id) REFERENCES connections (id);

-- Published: how each connection stands, without its secret.
CREATE VIEW connection_states AS
SELECT id, kind, name, base_url, ui_url, is_from_environment, disabled_at, removed_at, health, health_since,
  coalesce(health_reason, CASE WHEN disabled_at IS NULL THEN carrier_problem END) AS health_reason,
  version_found, last_ok_at, last_sync_at, lag_ms, updated_at, version
FROM connections;
