CREATE TABLE media (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  sha256 text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('audio', 'image')),
  mime text NOT NULL,
  bytes bigint NOT NULL CHECK (bytes > 0),
  seconds numeric(12, 3),
  width int,
  height int,
  made_by_llm_request_id uuid,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
