import type { SourceRemoval } from "../../content/public.ts";

/** How often something of each kind was taken out of a text. */
export class RemovalCounter {
  readonly #counts = new Map<SourceRemoval["kind"], number>();

  add(kind: SourceRemoval["kind"]): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  /** In the order in which the kinds were first met. */
  list(): SourceRemoval[] {
    return [...this.#counts].map(([kind, count]) => ({ kind, count }));
  }
}
