-- [{kind, count}]: what was taken out of the text before it was stored, because no reader would have seen it
ALTER TABLE unit_sources ADD COLUMN removed jsonb NOT NULL DEFAULT '[]';
-- places that seem to speak to a language model; they are in the text still
ALTER TABLE unit_sources ADD COLUMN addressed_passages int NOT NULL DEFAULT 0;
