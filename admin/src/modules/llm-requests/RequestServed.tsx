import type { ReactNode } from "react";
import type { LlmRequestDetail } from "../../api/detail-rows.ts";
import { paths } from "../../paths.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import type { IconName } from "../../ui/icon/icon-shapes.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Card } from "../../ui/page/Card.tsx";
import { ShortId } from "../../ui/value/CopyId.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { PersonLink } from "../session/public.ts";

type Served = { key: string; icon: IconName; href: string; name: ReactNode; what: string; person?: string };

function servedOf(request: LlmRequestDetail): Served[] {
  const { flow_run_id, step_run_id, task_id, unit_id, user_id, lesson_position } = request;
  const served: Served[] = [];
  if (flow_run_id !== null && step_run_id !== null) {
    const href = paths.flowRun(flow_run_id, { step: step_run_id });
    served.push({ key: "step", icon: "flow", href, name: request.step_name, what: "step" });
  }
  if (flow_run_id !== null) {
    const href = paths.flowRun(flow_run_id);
    served.push({ key: "run", icon: "flow", href, name: request.flow_name, what: "flow run" });
  }
  if (task_id !== null) {
    served.push({
      key: "task",
      icon: "task",
      href: paths.task(task_id),
      name: <ShortId id={task_id} />,
      what: "task",
    });
  }
  if (unit_id !== null) {
    const what = lesson_position === null ? "unit" : `unit, lesson ${lesson_position}`;
    served.push({
      key: "unit",
      icon: "unit",
      href: paths.unit(unit_id),
      name: shortName(request.unit_title ?? "unit"),
      what,
    });
  }
  if (user_id !== null) {
    served.push({
      key: "user",
      icon: "user",
      href: paths.user(user_id),
      person: user_id,
      name: request.user_name,
      what: "asked for it",
    });
  }
  return served;
}

/** The way up from a request: step, flow run, task, unit and the person who asked. */
export function RequestServed({ request }: { request: LlmRequestDetail }) {
  const served = servedOf(request);
  if (served.length === 0) return null;
  return (
    <Card title="It served">
      <ul className="served">
        {served.map((entry) => (
          <li key={entry.key}>
            <Icon name={entry.icon} className="text-3" />
            {entry.person === undefined ? (
              <AppLink className="cut" href={entry.href}>
                {entry.name}
              </AppLink>
            ) : (
              <PersonLink className="cut" id={entry.person}>
                {entry.name}
              </PersonLink>
            )}
            <span className="spacer" />
            <span className="text-3 no-wrap">{entry.what}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
