import { Icon } from "../../ui/icon/Icon.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Popover } from "../../ui/overlay/Menu.tsx";
import type { Tone } from "../../ui/status/status-tone.ts";
import "./health.css";
import { type HealthLine, useHealth } from "./health.ts";
import type { WholeHealth } from "./health-words.ts";

const icons: Record<Tone, "check" | "triangle" | "cross" | "hollow" | "half"> = {
  ok: "check",
  warn: "triangle",
  bad: "cross",
  idle: "hollow",
  run: "half",
};

/** The mark of a part of health; a word has to stand beside it. */
export function HealthIcon({ tone }: { tone: Tone }) {
  return <Icon name={icons[tone]} small className={`is-${tone}`} />;
}

/** The whole of health as mark and word. */
export function HealthMark({ health }: { health: Pick<WholeHealth, "tone" | "word"> }) {
  return (
    <>
      <HealthIcon tone={health.tone} />
      <span>{health.word}</span>
    </>
  );
}

/** Health at a glance; it opens what it is made of and what it means. */
export function HealthDot() {
  const health = useHealth();
  return (
    <Popover label={`Health: ${health.word}`} button={<HealthMark health={health} />} buttonClass="health">
      <div className="popover-pad health-parts">
        <h2>{health.word}</h2>
        <p className="text-2">{health.sentence}</p>
        {health.lines.length > 0 && (
          <dl>
            {health.lines.map((line) => (
              <Line key={line.name} line={line} />
            ))}
          </dl>
        )}
      </div>
    </Popover>
  );
}

function Line({ line }: { line: HealthLine }) {
  return (
    <div>
      <dt>
        <HealthIcon tone={line.tone} />
        {line.name}
      </dt>
      <dd className="text-2">
        {line.href === undefined ? (
          line.words
        ) : (
          <AppLink
            className="link"
            href={line.href}
            onClick={(event) => event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover()}
          >
            {line.words}
          </AppLink>
        )}
      </dd>
    </div>
  );
}
