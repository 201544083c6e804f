import { useState } from "react";
import { formatDuration } from "../value/format.ts";
import "./content.css";

type AudioPlayerProps = { src: string; title: string; seconds: number | null };

/** The browser's own player, with its length known before anything is loaded. */
export function AudioPlayer({ src, title, seconds }: AudioPlayerProps) {
  const [failed, setFailed] = useState(false);
  return (
    <figure className="audio">
      <figcaption className="row">
        <span className="strong cut">{title}</span>
        {seconds !== null && <span className="text-3 small">{formatDuration(seconds * 1000)}</span>}
      </figcaption>
      {/* biome-ignore lint/a11y/useMediaCaption: the transcript stands as text beside every player. */}
      <audio controls preload="none" src={src} aria-label={title} onError={() => setFailed(true)} />
      {failed && (
        <p className="small is-bad audio-failure" role="alert">
          The audio could not be loaded. The file may have been removed; the transcript is still here.
        </p>
      )}
    </figure>
  );
}
