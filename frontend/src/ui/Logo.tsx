/** An H on a 3 × 3 grid; the middle cell is the agent. */
export function Logo() {
  return (
    <svg viewBox="0 0 26 26" aria-hidden="true">
      <g fill="var(--ink)">
        {[1, 18].flatMap((x) => [1, 9.5, 18].map((y) => <rect key={`${x}-${y}`} x={x} y={y} width="7" height="7" rx="2" />))}
      </g>
      <rect x="9.5" y="9.5" width="7" height="7" rx="2" fill="var(--accent)" />
    </svg>
  );
}
