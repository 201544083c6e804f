-- Lessons that an outside engine returned, by its run; they become the unit's when that run ends.
CREATE TABLE lesson_arrivals (
  unit_id uuid NOT NULL REFERENCES units (id) ON DELETE CASCADE,
  external_run_id text NOT NULL,
  position int NOT NULL CHECK (position > 0),
  content_sha256 text NOT NULL,
  lesson jsonb NOT NULL,
  arrived_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- when it became part of the unit
  applied_at timestamptz,
  PRIMARY KEY (unit_id, external_run_id, position)
);
CREATE INDEX lesson_arrivals_age ON lesson_arrivals (arrived_at);
