/** The distance between the server's clock and this page's, from pings (Cristian's way: the quickest answer errs least). */

export interface Sample {
  /** round trip, ms */
  rtt: number;
  /** server's clock minus this page's, ms */
  offset: number;
}
export interface Clock {
  readonly samples: readonly Sample[];
}

const KEPT = 16;

export const newClock: Clock = { samples: [] };

/** With the answer to a ping: sent and received by this page's clock, `server` by the server's, all in ms. */
export function answered(clock: Clock, sent: number, server: number, received: number): Clock {
  const rtt = received - sent;
  if (!(rtt >= 0) || !Number.isFinite(server)) return clock;
  const sample = { rtt, offset: server - (sent + received) / 2 };
  return { samples: [...clock.samples.slice(1 - KEPT), sample] };
}

/** The offset by the quickest of the recent answers, off by at most half of its round trip; null before the first. */
export function offsetOf(clock: Clock): number | null {
  let best: Sample | null = null;
  for (const sample of clock.samples) if (!best || sample.rtt <= best.rtt) best = sample;
  return best && best.offset;
}

/** This page's clock: ms since 1970 that never jump back. */
export const pageNow = (): number => performance.timeOrigin + performance.now();
