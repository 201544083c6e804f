-- Who may still need a recording or picture that no unit shows: the recorded steps of a lineage name it. Written with every
-- keeping of media; counts only while the lineage is the one that its unit would resume.
CREATE TABLE media_uses (
  media_id uuid NOT NULL REFERENCES media (id) ON DELETE CASCADE,
  unit_id uuid NOT NULL REFERENCES units (id) ON DELETE CASCADE,
  lineage_id uuid NOT NULL REFERENCES lineages (id),
  PRIMARY KEY (unit_id, lineage_id, media_id)
);
CREATE INDEX media_uses_media ON media_uses (media_id);

INSERT INTO media_uses (media_id, unit_id, lineage_id)
SELECT DISTINCT m.id, t.unit_id, s.lineage_id
FROM flow_step_runs s
JOIN tasks t ON t.id = s.task_id AND t.unit_id IS NOT NULL
JOIN media m ON m.id::text = s.output ->> 'media_id';

-- What the tasks of a unit have made, shown or not.
CREATE VIEW unit_media AS SELECT DISTINCT unit_id, media_id FROM media_uses;

-- Deleting media asks these tables who shows it.
CREATE INDEX units_cover_media ON units (cover_media_id) WHERE cover_media_id IS NOT NULL;
CREATE INDEX units_podcast_media ON units (podcast_media_id) WHERE podcast_media_id IS NOT NULL;
CREATE INDEX lessons_audio_media ON lessons (audio_media_id) WHERE audio_media_id IS NOT NULL;
