/** The product's mark; its name stands beside it. */
export function BrandMark() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      <rect width="20" height="20" rx="5" fill="var(--accent-fill)" />
      <path
        d="M5 6.5h10M5 10h7M5 13.5h4"
        stroke="var(--on-accent)"
        strokeWidth="1.75"
        strokeLinecap="round"
      />
      <circle cx="14" cy="13.5" r="1.6" fill="var(--on-accent)" />
    </svg>
  );
}
