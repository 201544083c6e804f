import type { ReactNode } from "react";
import type { Incident } from "../../../api/monitor-rows.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { Moment } from "../../../ui/value/Moment.tsx";
import { shortName } from "../../../ui/value/visible-text.ts";

/** The newest failure that can be looked into, with the way to its request, its step and its unit. */
export function IncidentSample({ incident }: { incident: Incident }) {
  const { sample } = incident;
  if (sample === null) return null;
  const links: { key: string; link: ReactNode }[] = [];
  const add = (key: string, href: string, word: string) =>
    links.push({
      key,
      link: (
        <AppLink className="button" href={href}>
          {word}
        </AppLink>
      ),
    });
  if (sample.llm_request_id !== null)
    add("request", paths.llmRequest(sample.llm_request_id), "Request and answer");
  if (sample.flow_run_id !== null) {
    const step = sample.step_run_id === null ? {} : { step: sample.step_run_id };
    add(
      "step",
      paths.flowRun(sample.flow_run_id, step),
      sample.step_run_id === null ? "Flow run" : "Step in its run",
    );
  }
  if (sample.task_id !== null) add("task", paths.task(sample.task_id), "Task");
  return (
    <section>
      <h3 className="facts-title">A sample</h3>
      <p className="text-2">
        {sample.unit_id === null || sample.unit_title === null ? (
          "Of a unit that was deleted, "
        ) : (
          <>
            <AppLink className="link" href={paths.unit(sample.unit_id)}>
              {shortName(sample.unit_title)}
            </AppLink>
            {", "}
          </>
        )}
        <Moment at={sample.at} />
      </p>
      {links.length > 0 && (
        <div className="incident-actions">
          {links.map(({ key, link }) => (
            <span key={key}>{link}</span>
          ))}
        </div>
      )}
    </section>
  );
}
