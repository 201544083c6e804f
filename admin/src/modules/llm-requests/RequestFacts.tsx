import type { ReactNode } from "react";
import type { LlmRequestDetail } from "../../api/detail-rows.ts";
import { Card, Facts } from "../../ui/page/Card.tsx";
import { Meter } from "../../ui/status/ProgressBar.tsx";
import { formatCount, formatDuration, formatUsd } from "../../ui/value/format.ts";
import { LongText } from "../../ui/value/LongText.tsx";
import { Moment } from "../../ui/value/Moment.tsx";
import { Money } from "../../ui/value/Money.tsx";
import { timesOf, tokensPerSecondOf } from "./request-times.ts";

const colors = {
  cached: "var(--cat-5)",
  input: "var(--cat-2)",
  output: "var(--cat-1)",
  queued: "var(--hatch)",
};

function textOf(value: unknown): string {
  if (typeof value === "number") return value >= 1000 ? formatCount(value) : String(value);
  if (Array.isArray(value)) return value.map(textOf).join(", ").replaceAll("_", " ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

const parameterWords: Record<string, string> = {
  schema_name: "Schema",
  max_output_tokens: "Output limit",
  max_tokens: "Output limit",
};

function parameterWordOf(name: string): string {
  const word = parameterWords[name] ?? name.replaceAll("_", " ");
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Settings, tokens, cost and time of a request. */
export function RequestFacts({ request }: { request: LlmRequestDetail }) {
  const offline = request.provider === "offline";
  const parameters = Object.entries(request.parameters).map(([name, value]) => ({
    name: parameterWordOf(name),
    value: <LongText text={textOf(value)} limit={200} />,
  }));
  return (
    <Card padded>
      <h2 className="visually-hidden">Facts</h2>
      {offline && <p className="request-offline">No AI model wrote this: the offline author did</p>}
      <Facts
        facts={[
          { name: "Provider", value: request.provider },
          { name: "Model", value: request.model },
          { name: "Kind", value: request.kind },
          { name: "Interface", value: (request.api_variant ?? "").replaceAll("_", " ") },
          { name: "Prompt", value: request.prompt_name },
          { name: "Attempt", value: request.attempt },
          ...parameters,
          { name: "Sent", value: request.sent_at !== null && <Moment at={request.sent_at} /> },
          { name: "HTTP status", value: request.http_status },
        ]}
      />
      <hr className="card-rule" />
      <Tokens request={request} />
      <hr className="card-rule" />
      <Cost request={request} offline={offline} />
      <hr className="card-rule" />
      <Times request={request} />
    </Card>
  );
}

function FactsHead({ title, sum }: { title: string; sum: ReactNode }) {
  return (
    <div className="row facts-head">
      <h3>{title}</h3>
      <span className="spacer" />
      <span className="strong">{sum}</span>
    </div>
  );
}

function Legend({ color, children }: { color: keyof typeof colors | null; children: ReactNode }) {
  return (
    <span className="legend">
      <i className={color === null ? undefined : `legend-${color}`} />
      {children}
    </span>
  );
}

function Tokens({ request }: { request: LlmRequestDetail }) {
  const { tokens_input, tokens_output, tokens_reasoning } = request;
  if (tokens_input === null && tokens_output === null) {
    const billed = request.units_billed;
    return (
      <FactsHead
        title={billed === null ? "Tokens" : "Billed units"}
        sum={billed === null ? <span className="text-3">not reported</span> : formatCount(billed)}
      />
    );
  }
  const cached = request.tokens_cached ?? 0;
  const input = (tokens_input ?? 0) - cached;
  const output = tokens_output ?? 0;
  return (
    <>
      <FactsHead title="Tokens" sum={formatCount(input + cached + output)} />
      {input + cached + output > 0 && (
        <Meter
          label={`${cached} cached, ${input} input and ${output} output tokens`}
          parts={[
            { label: "cached", share: cached, color: colors.cached },
            { label: "input", share: input, color: colors.input },
            { label: "output", share: output, color: colors.output },
          ]}
        />
      )}
      <Facts
        wide
        facts={[
          { name: <Legend color="cached">input, cached</Legend>, value: formatCount(cached) },
          { name: <Legend color="input">input</Legend>, value: formatCount(input) },
          { name: <Legend color="output">output</Legend>, value: formatCount(output) },
          {
            name: <Legend color={null}>of which reasoning</Legend>,
            value:
              tokens_reasoning === null ? (
                <span className="text-3">not reported</span>
              ) : (
                formatCount(tokens_reasoning)
              ),
          },
        ]}
      />
    </>
  );
}

function Cost({ request, offline }: { request: LlmRequestDetail; offline: boolean }) {
  const { cost_usd, price_source, reserved_usd } = request;
  return (
    <>
      <FactsHead title="Cost" sum={<Money cost_usd={cost_usd} offline={offline} precise />} />
      <Facts
        wide
        facts={[
          {
            name: "Price from",
            value: price_source ?? (cost_usd === null && "no price is known for this model"),
          },
          {
            name: "Reserved before it was sent",
            value: reserved_usd !== null && formatUsd(reserved_usd, true),
          },
          { name: "Answered from the cache", value: request.cached && "not charged" },
        ]}
      />
    </>
  );
}

const lengthOf = (ms: number | null) => (ms === null ? null : formatDuration(ms, true));

function Times({ request }: { request: LlmRequestDetail }) {
  const times = timesOf(request);
  const speed = tokensPerSecondOf(request);
  const queued = times.queuedMs ?? 0;
  const firstByte = times.firstByteMs ?? 0;
  const answer = times.answerMs ?? 0;
  return (
    <>
      <FactsHead title="Time" sum={lengthOf(times.totalMs) ?? <span className="text-3">not finished</span>} />
      {queued + firstByte + answer > 0 && (
        <Meter
          label="Shares of the time: queued, first byte, answer"
          parts={[
            { label: "queued", share: queued, color: colors.queued },
            { label: "first byte", share: firstByte, color: colors.input },
            { label: "answer", share: answer, color: colors.output },
          ]}
        />
      )}
      <Facts
        wide
        facts={[
          { name: <Legend color="queued">waited to be sent</Legend>, value: lengthOf(times.queuedMs) },
          { name: <Legend color="input">first byte</Legend>, value: lengthOf(times.firstByteMs) },
          {
            name: (
              <Legend color="output">
                answer{speed === null ? "" : `, ${formatCount(speed)} tokens / s`}
              </Legend>
            ),
            value: lengthOf(times.answerMs),
          },
        ]}
      />
    </>
  );
}
