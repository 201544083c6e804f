import { Icon } from "../../ui/icon/Icon.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Popover } from "../../ui/overlay/Menu.tsx";
import type { Tone } from "../../ui/status/status-tone.ts";
import "./health.css";
import { type Health, type HealthPart, useHealth } from "./health.ts";

const icons: Record<Tone, "check" | "triangle" | "cross" | "hollow" | "half"> = {
  ok: "check",
  warn: "triangle",
  bad: "cross",
  idle: "hollow",
  run: "half",
};

/** The whole of health as mark and word. */
export function HealthMark({ health }: { health: Pick<Health, "tone" | "word"> }) {
  return (
    <>
      <Icon name={icons[health.tone]} small className={`is-${health.tone}`} />
      <span>{health.word}</span>
    </>
  );
}

/** Health at a glance; it opens what it means: database, pages, workers, author. */
export function HealthDot() {
  const health = useHealth();
  return (
    <Popover label={`Health: ${health.word}`} button={<HealthMark health={health} />} buttonClass="health">
      <div className="popover-pad health-parts">
        <h2>{health.word}</h2>
        <p className="text-2">{health.sentence}</p>
        <dl>
          {health.parts.map((part) => (
            <HealthLine key={part.name} part={part} />
          ))}
        </dl>
      </div>
    </Popover>
  );
}

function HealthLine({ part }: { part: HealthPart }) {
  return (
    <div>
      <dt>
        <Icon name={icons[part.tone]} small className={`is-${part.tone}`} />
        {part.name}
      </dt>
      <dd className="text-2">
        {part.href === undefined ? (
          part.words
        ) : (
          <AppLink
            className="link"
            href={part.href}
            onClick={(event) => event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover()}
          >
            {part.words}
          </AppLink>
        )}
      </dd>
    </div>
  );
}
