/** What `doctor` says about one thing. */
export interface Finding {
  readonly what: string;
  readonly verdict: "ok" | "warning" | "problem";
  /** With what to do, unless all is well. */
  readonly detail: string;
}
