CREATE TABLE llm_requests (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  step_run_id uuid REFERENCES flow_step_runs (id),
  flow_run_id uuid REFERENCES flow_runs (id),
  task_id uuid REFERENCES tasks (id),
  fence int,
  worker_id uuid REFERENCES workers (id),
  unit_id uuid REFERENCES units (id) ON DELETE SET NULL,
  user_id uuid REFERENCES users (id),
  kind text NOT NULL CHECK (kind IN ('text', 'object', 'speech', 'image')),
  replay_of_request_id uuid REFERENCES llm_requests (id),
  provider text NOT NULL,
  model text NOT NULL,
  api_variant text,
  status text NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'completed', 'failed', 'cancelled', 'in_doubt')),
  attempt int NOT NULL DEFAULT 1,
  cached boolean NOT NULL DEFAULT false,
  -- paid for although another call's result was used
  is_duplicate boolean NOT NULL DEFAULT false,
  prompt_name text,
  prompt_hash text,
  -- {temperature, max_output_tokens, voice, size, ...} and the schema's name
  parameters jsonb NOT NULL DEFAULT '{}',
  tokens_input bigint,
  tokens_cached bigint,
  tokens_reasoning bigint,
  tokens_output bigint,
  units_billed numeric(14, 3),
  cost_usd numeric(14, 8),
  price_source text,
  reserved_usd numeric(14, 8),
  provider_response_id text,
  http_status int,
  error_code text,
  error_message text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  sent_at timestamptz,
  first_byte_at timestamptz,
  completed_at timestamptz,
  version bigint NOT NULL DEFAULT 1
);
CREATE INDEX llm_requests_step ON llm_requests (step_run_id, id);
CREATE INDEX llm_requests_flow_run ON llm_requests (flow_run_id, id);
CREATE INDEX llm_requests_task ON llm_requests (task_id, id);
CREATE INDEX llm_requests_unit ON llm_requests (unit_id, id);
CREATE INDEX llm_requests_status ON llm_requests (status, id DESC);
CREATE INDEX llm_requests_kind ON llm_requests (kind, id DESC);
CREATE INDEX llm_requests_provider ON llm_requests (provider, id DESC);
CREATE INDEX llm_requests_model ON llm_requests (model, id DESC);
CREATE INDEX llm_requests_user ON llm_requests (user_id, id DESC);
CREATE INDEX llm_requests_pending ON llm_requests (task_id) WHERE status = 'pending';
SELECT watch_table('llm_requests', 'llm_request', true);

CREATE FUNCTION count_llm_request_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.user_id IS NOT DISTINCT FROM OLD.user_id THEN
      IF NEW.user_id IS NOT NULL AND NEW.cost_usd IS DISTINCT FROM OLD.cost_usd THEN
        INSERT INTO user_usage_deltas (user_id, unit_count, llm_request_count, cost_usd)
        VALUES (NEW.user_id, 0, 0, coalesce(NEW.cost_usd, 0) - coalesce(OLD.cost_usd, 0));
      END IF;
      RETURN NULL;
    END IF;
  END IF;
  IF TG_OP <> 'INSERT' AND OLD.user_id IS NOT NULL THEN
    INSERT INTO user_usage_deltas (user_id, unit_count, llm_request_count, cost_usd) VALUES (OLD.user_id, 0, -1, -OLD.cost_usd);
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.user_id IS NOT NULL THEN
    INSERT INTO user_usage_deltas (user_id, unit_count, llm_request_count, cost_usd) VALUES (NEW.user_id, 0, 1, NEW.cost_usd);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER count_llm_request_of_user AFTER INSERT OR DELETE OR UPDATE OF user_id, cost_usd ON llm_requests
  FOR EACH ROW EXECUTE FUNCTION count_llm_request_of_user();

CREATE TABLE payloads_llm_requests (
  owner_id uuid NOT NULL,
  part text NOT NULL CHECK (part IN ('request', 'response')),
  content jsonb,
  content_zstd bytea,
  characters int NOT NULL,
  PRIMARY KEY (owner_id, part)
) PARTITION BY RANGE (owner_id);

-- One row per provider and model, shared by all workers. A null rate means "no limit known".
CREATE TABLE rate_limits (
  provider text NOT NULL,
  model text NOT NULL,
  requests_per_minute int,
  tokens_per_minute int,
  requests_available numeric(14, 3) NOT NULL DEFAULT 0,
  tokens_available numeric(14, 3) NOT NULL DEFAULT 0,
  refilled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  blocked_until timestamptz,
  blocked_reason text,
  PRIMARY KEY (provider, model)
);

-- key: the day ('2026-11-21') or the unit's id. leased_usd counts all that was handed to leases, spent or not.
CREATE TABLE budgets (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  scope text NOT NULL CHECK (scope IN ('day', 'unit')),
  key text NOT NULL,
  cap_usd numeric(14, 8) NOT NULL CHECK (cap_usd >= 0),
  leased_usd numeric(14, 8) NOT NULL DEFAULT 0 CHECK (leased_usd >= 0),
  epoch bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (scope, key)
);

CREATE TABLE budget_leases (
  worker_id uuid NOT NULL REFERENCES workers (id),
  budget_id uuid NOT NULL REFERENCES budgets (id),
  available_usd numeric(14, 8) NOT NULL DEFAULT 0 CHECK (available_usd >= 0),
  PRIMARY KEY (worker_id, budget_id)
);

-- Prices that the administrator set by hand; the embedded price list answers for all others.
CREATE TABLE price_book (
  provider text NOT NULL,
  model text NOT NULL,
  billed text NOT NULL CHECK (billed IN ('input_token', 'cached_token', 'output_token', 'character', 'image', 'second')),
  usd_per_million numeric(14, 8) NOT NULL,
  valid_from timestamptz NOT NULL DEFAULT clock_timestamp(),
  source text NOT NULL,
  PRIMARY KEY (provider, model, billed, valid_from)
);

SELECT ensure_time_partitions();
