import type { ReactNode } from "react";
import type { LlmRequestSummary } from "../../../api/rows.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { StatusBadge } from "../../../ui/status/StatusBadge.tsx";
import { LongText } from "../../../ui/value/LongText.tsx";
import { modelOf } from "../llm-request-columns.tsx";
import "./compare.css";
import { measuresOf } from "./measures.ts";

/** One request of a comparison under its name; `finish` is why the model stopped. */
export type MeasuredColumn = {
  key: string;
  title: string;
  request: LlmRequestSummary;
  finish?: string | null;
};

/** Status, model, tokens, cost and times of several requests side by side; of two also how far they are apart. */
export function MeasureTable({ columns, label }: { columns: MeasuredColumn[]; label: string }) {
  const two = columns.length === 2;
  const finished = columns.some(({ finish }) => finish !== undefined);
  return (
    <div className="measures-frame">
      <table className={columns.length > 2 ? "measures measures-many" : "measures"} aria-label={label}>
        <thead>
          <tr>
            <td />
            {columns.map(({ key, title, request }) => (
              <th key={key} scope="col">
                <AppLink href={paths.llmRequest(request.id)}>{title}</AppLink>
              </th>
            ))}
            {two && <th scope="col">Difference</th>}
          </tr>
        </thead>
        <tbody>
          <Row name="Status" columns={columns} two={two}>
            {({ request }) => <StatusBadge status={request.status} />}
          </Row>
          <Row name="Model" columns={columns} two={two}>
            {({ request }) => modelOf(request)}
          </Row>
          {finished && (
            <Row name="The model stopped" columns={columns} two={two}>
              {({ finish }) => finish ?? <span className="text-3">not reported</span>}
            </Row>
          )}
          {measuresOf(columns.map(({ request }) => request)).map((measure) => (
            <tr key={measure.name}>
              <th scope="row">{measure.name}</th>
              {columns.map(({ key }, position) => (
                <td key={key}>{measure.values[position]}</td>
              ))}
              {two && <td className="text-2">{measure.difference}</td>}
            </tr>
          ))}
          {columns.some(({ request }) => request.error_message !== null) && (
            <Row name="Error" columns={columns} two={two}>
              {({ request }) => (
                <span className="measure-words">
                  <LongText text={request.error_message ?? ""} limit={300} />
                </span>
              )}
            </Row>
          )}
        </tbody>
      </table>
    </div>
  );
}

type RowProps = {
  name: string;
  columns: MeasuredColumn[];
  two: boolean;
  children: (column: MeasuredColumn) => ReactNode;
};

function Row({ name, columns, two, children }: RowProps) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {columns.map((column) => (
        <td key={column.key}>{children(column)}</td>
      ))}
      {two && <td />}
    </tr>
  );
}
