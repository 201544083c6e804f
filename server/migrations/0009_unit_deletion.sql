-- What a unit's deletion leaves behind (tasks, flow runs) keeps its last title.
CREATE FUNCTION keep_unit_title() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE tasks SET unit_title = OLD.title WHERE unit_id = OLD.id;
  UPDATE flow_runs SET unit_title = OLD.title WHERE unit_id = OLD.id;
  RETURN OLD;
END
$$;
CREATE TRIGGER keep_unit_title BEFORE DELETE ON units FOR EACH ROW EXECUTE FUNCTION keep_unit_title();
