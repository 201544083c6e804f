import { formatUsd } from "./format.ts";

type MoneyProps = {
  /** null: not known, never shown as nothing. */
  cost_usd: number | null;
  /** Work of the offline author is free because no model ran; the reader is told so. */
  offline?: boolean;
  /** A fourth decimal, where single calls are compared. */
  precise?: boolean;
};

/** An amount of US dollars. */
export function Money({ cost_usd, offline = false, precise = false }: MoneyProps) {
  if (cost_usd === null) return <span className="text-3">unknown</span>;
  if (offline && cost_usd === 0) return <span className="no-wrap text-3">$0 offline</span>;
  return <span className="no-wrap">{formatUsd(cost_usd, precise)}</span>;
}
