CREATE TABLE users (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  email text UNIQUE CHECK (email = lower(email)),
  name text NOT NULL,
  role text NOT NULL CHECK (role IN ('admin', 'operator', 'viewer', 'learner')),
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  last_seen_at timestamptz,
  version bigint NOT NULL DEFAULT 1
);
CREATE INDEX users_role ON users (role, id DESC);
SELECT watch_table('users', 'user', false);

-- What each person's work comes to, so that no page counts millions of rows. Writers only append a difference: one row per
-- person would be a lock that all their calls queue for. The fold moves the differences into the totals.
CREATE TABLE user_usage (
  user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  unit_count bigint NOT NULL,
  llm_request_count bigint NOT NULL,
  -- null until the first known cost
  cost_usd numeric(14, 8)
);
CREATE TABLE user_usage_deltas (
  user_id uuid NOT NULL,
  unit_count int NOT NULL,
  llm_request_count int NOT NULL,
  cost_usd numeric(14, 8)
);
CREATE INDEX user_usage_deltas_user ON user_usage_deltas (user_id);

-- Safe at any time; one session folds, others return at once.
CREATE FUNCTION fold_user_usage() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('coursewright.user_usage')) THEN RETURN; END IF;
  WITH folded AS (DELETE FROM user_usage_deltas RETURNING *)
  INSERT INTO user_usage AS total (user_id, unit_count, llm_request_count, cost_usd)
  SELECT user_id, sum(unit_count), sum(llm_request_count), sum(cost_usd) FROM folded
  WHERE EXISTS (SELECT 1 FROM users WHERE users.id = folded.user_id)
  GROUP BY user_id
  ON CONFLICT (user_id) DO UPDATE SET unit_count = total.unit_count + excluded.unit_count,
    llm_request_count = total.llm_request_count + excluded.llm_request_count,
    cost_usd = CASE WHEN total.cost_usd IS NULL THEN excluded.cost_usd ELSE total.cost_usd + coalesce(excluded.cost_usd, 0) END;
END
$$;

-- Everything done on loopback before accounts exist is recorded as theirs; the first real administrator takes the row over.
INSERT INTO users (name, role) VALUES ('Local administrator', 'admin');
