import type { ReactNode } from "react";
import { Button } from "../../ui/page/Button.tsx";
import "./settings.css";

type AccessRowProps = {
  mark: ReactNode;
  name: ReactNode;
  /** Sets it apart from the others: "this one". */
  tag?: { word: string; explains?: string } | undefined;
  /** It lets nobody in any more. */
  over?: boolean;
  /** What it opens, and to whom. */
  children: ReactNode;
  times: readonly { name: string; value: ReactNode }[];
  /** The way to end it; undefined where it has ended. */
  end: { word: string; label: string; disabledReason?: string | undefined; onSelect: () => void } | undefined;
};

/** One thing that lets somebody in, a session or a token: what it is, since when and until when, and the button that ends it. */
export function AccessRow({ mark, name, tag, over = false, children, times, end }: AccessRowProps) {
  return (
    <li className={over ? "settings-row settings-row-over" : "settings-row"}>
      {mark}
      <div className="settings-row-words">
        <h2>
          {name}
          {tag !== undefined && (
            <span className="settings-tag" title={tag.explains}>
              {tag.word}
            </span>
          )}
        </h2>
        {children}
      </div>
      <dl className="settings-row-times">
        {times.map((time) => (
          <div key={time.name}>
            <dt>{time.name}</dt>
            <dd>{time.value}</dd>
          </div>
        ))}
      </dl>
      <div className="settings-row-actions">
        {end !== undefined && (
          <Button
            look="danger"
            aria-label={end.label}
            disabledReason={end.disabledReason}
            onClick={end.onSelect}
          >
            {end.word}
          </Button>
        )}
      </div>
    </li>
  );
}
