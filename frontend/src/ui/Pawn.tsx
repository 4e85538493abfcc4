/** Colours that a person's pawn may have; people choose by number. */
export const PAWN_COLORS = [1, 2, 3, 4, 5, 6, 7, 8] as const;
export const pawnColor = (pawn: number): string => `var(--run-${pawn})`;

interface Props {
  body?: string;
  ring?: string;
  halo?: string;
  faint?: boolean;
  size?: number;
}

/** The agent's figure, 48 × 64 around its feet's ring. */
export function Pawn({ body = "var(--actor)", ring = "var(--accent)", halo = "var(--actor-halo)", faint, size = 46 }: Props) {
  const cloak = "M-15 17C-15 5-9 0 0 0S15 5 15 17Q15 21 11 21H-11Q-15 21-15 17Z";
  return (
    <svg width={size} height={(size * 64) / 48} viewBox="-24 -32 48 64" opacity={faint ? 0.35 : undefined} aria-hidden="true">
      <g transform="translate(0 4)">
        <ellipse cy="21" rx="21" ry="7" fill={ring} opacity=".28" />
        <ellipse cy="21" rx="21" ry="7" fill="none" stroke={ring} strokeWidth="3" />
        <g stroke={halo} strokeWidth="7" strokeLinejoin="round" fill={halo}>
          <circle cy="-11" r="12.5" />
          <path d={cloak} />
        </g>
        <g fill={body}>
          <circle cy="-11" r="12.5" />
          <path d={cloak} />
        </g>
        <g fill={halo}>
          <circle cx="-4.6" cy="-12" r="2.5" />
          <circle cx="4.6" cy="-12" r="2.5" />
        </g>
      </g>
    </svg>
  );
}
