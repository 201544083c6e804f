import "./chart.css";

const height = 20;
const step = 3;
const bar = 2;

/** A row of small bars without axes; `label` says in words what they show. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  const largest = Math.max(1, ...values);
  const width = values.length * step - (step - bar);
  const bars = values.map((value, place) => {
    // Nothing is a line at the foot, one is already seen.
    const size = value === 0 ? 1 : Math.max(3, (value / largest) * height);
    return { key: `bar-${place}`, x: place * step, size, isNone: value === 0 };
  });
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={label}
    >
      {bars.map(({ key, x, size, isNone }) => (
        <rect
          key={key}
          className={isNone ? "sparkline-none" : undefined}
          x={x}
          y={height - size}
          width={bar}
          height={size}
          rx={isNone ? 0 : 0.75}
        />
      ))}
    </svg>
  );
}
