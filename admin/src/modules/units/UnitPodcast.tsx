import { useState } from "react";
import type { UnitDetail } from "../../api/content-rows.ts";
import { AudioPlayer } from "../../ui/content/AudioPlayer.tsx";
import { Markdown } from "../../ui/content/Markdown.tsx";
import { Icon } from "../../ui/icon/Icon.tsx";
import { Card } from "../../ui/page/Card.tsx";
import { Provenance } from "./Provenance.tsx";
import "./unit-details.css";

/** The podcast of the whole unit with its text folded beneath. */
export function UnitPodcast({ unit }: { unit: UnitDetail }) {
  const [open, setOpen] = useState(false);
  if (unit.podcast_media_id === null) return null;
  return (
    <Card title="Podcast" padded>
      <div className="unit-podcast">
        <AudioPlayer
          src={`/api/v1/media/${unit.podcast_media_id}`}
          title="All lessons in one piece"
          seconds={unit.podcast_seconds}
        />
        <Provenance unitId={unit.id} requestId={unit.written_by.podcast_audio} verb="spoken" />
        {unit.podcast_transcript !== null && (
          <details onToggle={(event) => setOpen(event.currentTarget.open)}>
            <summary className="row text-2">
              <Icon name="right" small className="icon-turns" />
              Transcript
            </summary>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
            <section className="unit-podcast-text" tabIndex={0} aria-label="Transcript of the podcast">
              {open && <Markdown text={unit.podcast_transcript} />}
            </section>
          </details>
        )}
      </div>
    </Card>
  );
}
