-- A list's filters and columns under a name of one's own: the page's query string, as the address bar has it.
CREATE TABLE saved_views (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  page text NOT NULL CHECK (page IN ('flows', 'tasks', 'llm-requests', 'units', 'users')),
  name text NOT NULL,
  search text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  version bigint NOT NULL DEFAULT 1
);
-- Names that differ in case only are the same name.
CREATE UNIQUE INDEX saved_views_name ON saved_views (user_id, page, lower(name));
CREATE TRIGGER raise_version BEFORE UPDATE ON saved_views FOR EACH ROW EXECUTE FUNCTION raise_version();
