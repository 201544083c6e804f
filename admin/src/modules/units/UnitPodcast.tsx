import type { UnitDetail } from "../../api/content-rows.ts";
import { AudioPlayer } from "../../ui/content/AudioPlayer.tsx";
import { Markdown } from "../../ui/content/Markdown.tsx";
import { Icon } from "../../ui/icon/Icon.tsx";
import { Card } from "../../ui/page/Card.tsx";
import "./unit-details.css";

/** The podcast of the whole unit with its text folded beneath. */
export function UnitPodcast({ unit }: { unit: UnitDetail }) {
  if (unit.podcast_media_id === null) return null;
  return (
    <Card title="Podcast" padded>
      <div className="unit-podcast">
        <AudioPlayer
          src={`/api/v1/media/${unit.podcast_media_id}`}
          title="All lessons in one piece"
          seconds={unit.podcast_seconds}
        />
        {unit.podcast_transcript !== null && (
          <details>
            <summary className="row text-2">
              <Icon name="right" small className="icon-turns" />
              Transcript
            </summary>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
            <section className="unit-podcast-text" tabIndex={0} aria-label="Transcript of the podcast">
              <Markdown text={unit.podcast_transcript} />
            </section>
          </details>
        )}
      </div>
    </Card>
  );
}
