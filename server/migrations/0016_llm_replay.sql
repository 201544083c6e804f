-- Replays of a request, newest first.
CREATE INDEX llm_requests_replays ON llm_requests (replay_of_request_id, id DESC) WHERE replay_of_request_id IS NOT NULL;

-- Which request brought which recording or picture; the same bytes may have come from several. Until `kept_until` the media
-- stay although no unit shows them: a replay's answer is only to be looked at.
CREATE TABLE media_requests (
  llm_request_id uuid NOT NULL,
  media_id uuid NOT NULL REFERENCES media (id) ON DELETE CASCADE,
  kept_until timestamptz,
  PRIMARY KEY (llm_request_id, media_id)
);
CREATE INDEX media_requests_media ON media_requests (media_id);

INSERT INTO media_requests (llm_request_id, media_id)
SELECT made_by_llm_request_id, id FROM media WHERE made_by_llm_request_id IS NOT NULL;

CREATE VIEW request_media AS
SELECT r.llm_request_id, m.id AS media_id, m.kind, m.mime, m.bytes, m.seconds, m.width, m.height
FROM media_requests r JOIN media m ON m.id = r.media_id;
