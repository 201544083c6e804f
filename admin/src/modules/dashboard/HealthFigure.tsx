import type { HealthPart } from "../../api/monitor-rows.ts";
import { HealthMark, useHealth, wholeOfParts } from "../navigation/public.ts";

type HealthFigureProps = { parts: HealthPart[]; isPast: boolean };

/** The whole of health in the strip of figures: now the same words as in the navigation, for a past moment what was so then. */
export function HealthFigure({ parts, isPast }: HealthFigureProps) {
  const now = useHealth();
  if (isPast && parts.length === 0) return <span className="text-3">not recorded</span>;
  return (
    <span className="status">
      <HealthMark health={isPast ? wholeOfParts(parts) : now} />
    </span>
  );
}
