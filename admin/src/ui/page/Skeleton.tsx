import "./notice.css";

const widths = ["62%", "48%", "71%", "55%", "66%", "43%", "58%", "69%"];

/** Quiet rows in the shape of a list that is on its way. */
export function SkeletonRows({ rows = 8, label = "Loading" }: { rows?: number; label?: string }) {
  const shapes = Array.from({ length: rows }, (_, position) => ({
    key: `row-${position}`,
    width: widths[position % widths.length],
  }));
  return (
    <div className="skeleton-rows" role="status" aria-label={label}>
      {shapes.map((shape) => (
        <div key={shape.key} className="skeleton-row">
          <i className="skeleton skeleton-dot" />
          <span>
            <i className="skeleton" style={{ width: shape.width }} />
          </span>
          <i className="skeleton skeleton-end" />
        </div>
      ))}
    </div>
  );
}

/** A quiet block in the place of a card that is on its way. */
export function SkeletonBlock({ lines = 4, label = "Loading" }: { lines?: number; label?: string }) {
  const shapes = Array.from({ length: lines }, (_, position) => ({
    key: `line-${position}`,
    width: widths[position % widths.length],
  }));
  return (
    <div className="skeleton-block" role="status" aria-label={label}>
      {shapes.map((shape) => (
        <i key={shape.key} className="skeleton" style={{ width: shape.width }} />
      ))}
    </div>
  );
}
