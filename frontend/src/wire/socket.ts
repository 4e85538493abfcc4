/**
 * The page's end of /ws/runs/<id>: connects, measures the clock, acknowledges frames, and comes back when cut off, where
 * it was. A WebSocket that says nothing soon is blocked on its way: then the same comes by server-sent events, until the
 * next time it connects.
 */
import { pageNow } from "./clock";
import { decodeFrame } from "./frame";
import type { Frame } from "./frame";
import { BROKEN, viaSocket, viaStream } from "./lines";
import type { Dial, Line } from "./lines";
import { parseMessage } from "./messages";
import type { Message } from "./messages";

export type Link =
  | { state: "connecting"; since: number }
  | { state: "open"; since: number }
  /** cut off; tries again at `retry` (null while the page is hidden) */
  | { state: "lost"; since: number; retry: number | null }
  /** refused for good: no session, or no such run */
  | { state: "refused"; since: number; reason: "session" | "run" };

export interface News {
  link: (link: Link) => void;
  message?: (message: Message) => void;
  /** round trip of a ping, by this page's clock */
  pong?: (sent: number, server: number, received: number) => void;
}

export interface Handlers extends News {
  frame: (frame: Frame) => void;
}

/** What comes as bytes, beside the news. */
export interface Bytes {
  /** reads them; may throw, then they are seen and dropped. Gives what names them to a server that goes on after them, or null */
  see: (data: ArrayBuffer) => string | null;
  /** how many one acknowledgement covers; at most half of the server's credit */
  anAck: number;
}

export interface Connection {
  /** try again now */
  retry: () => void;
  close: () => void;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8_000;
const PING_EVERY = 2_000;
/** quick pings at the start, so that the delay is known before the first second is over */
const EARLY_PINGS = [0, 150, 400, 900];
/** Where a stream can take its place, a WebSocket that has said nothing for so long is blocked; hello comes within a few round trips. */
const BLOCKED = 2_000;
/** for how long an acknowledgement may be owed */
const ACK_WITHIN = 1_000;
/** A link that answers no ping for so long is dead, even if the browser has not noticed. */
const SILENCE = 10_000;

/** Wait before attempt `n` (from 0), ms: 0.5, 1, 2, 4, then 8 for ever. */
export const backoff = (n: number): number => Math.min(FIRST_WAIT * 2 ** n, LONGEST_WAIT);

export const socketUrl = (run: string, base: string = window.location.href): string => {
  const url = new URL(`/ws/runs/${encodeURIComponent(run)}`, base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
};

/** Names a frame and what it says: the server goes on after it. */
const idOf = ({ episode, seq, hash }: Frame): string =>
  `${episode}.${seq}.${Array.from(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;

/** Connects to the frames of a run, and stays connected until `close`. `streams` as in `hold`. */
export function connect(url: string, on: Handlers, { streams = true } = {}): Connection {
  const see = (data: ArrayBuffer) => {
    const frame = decodeFrame(data);
    on.frame(frame);
    return idOf(frame);
  };
  return hold(url, on, { see, anAck: 4 }, streams);
}

/**
 * Connects, and stays connected until `close`.
 *
 * `streams: false` never falls back to server-sent events, of which a browser opens only six to one lab: for what a page
 * has many of.
 */
export function hold(url: string, on: News, bytes: Bytes, streams = true): Connection {
  let line: Line | null = null;
  let link: Link = { state: "connecting", since: pageNow() };
  let tries = 0;
  let frames = 0;
  let acknowledged = 0;
  /** names the newest frame the page has, from whichever line */
  let newest: string | null = null;
  /** when the line last spoke, 0 before hello */
  let heard = 0;
  let closed = false;
  const timers = new Set<ReturnType<typeof setTimeout>>();

  const tell = (next: Link) => {
    link = next;
    on.link(next);
  };
  const later = (ms: number, run: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
  };
  const hangUp = () => {
    timers.forEach(clearTimeout);
    timers.clear();
    line?.close();
    line = null;
  };

  const send = (message: object) => line?.send(JSON.stringify(message));
  const ping = () => send({ type: "ping", t: pageNow() });
  const acknowledge = () => {
    if (acknowledged < frames) send({ type: "ack", n: (acknowledged = frames) });
  };
  const beat = () => {
    if (pageNow() - heard > SILENCE) return lost();
    ping();
    later(PING_EVERY, beat);
  };

  const open = (dial: Dial) => {
    hangUp();
    frames = acknowledged = heard = 0;
    const address = new URL(url);
    if (newest) address.searchParams.set("after", newest);
    const silent = dial === viaSocket && streams ? () => open(viaStream) : () => lost();
    later(dial === viaSocket && streams ? BLOCKED : SILENCE, () => heard || silent());
    line = dial(address.href, {
      open: () => EARLY_PINGS.forEach((ms) => later(ms, ping)),
      data: (data) => {
        if (!heard) {
          tries = 0;
          tell({ state: "open", since: pageNow() });
          later(PING_EVERY, beat);
        }
        heard = pageNow();
        if (typeof data === "string") hear(data);
        else see(data);
      },
      closed: (code) => (heard || isRefusal(code) ? lost(code) : silent()),
    });
  };

  const see = (data: ArrayBuffer) => {
    // Seen is seen, readable or not: the server's credit must not run out over one bad frame.
    frames++;
    if (frames - acknowledged >= bytes.anAck) acknowledge();
    else if (frames - acknowledged === 1) later(ACK_WITHIN, acknowledge);
    try {
      newest = bytes.see(data);
    } catch (error) {
      console.error(error);
    }
  };

  const hear = (text: string) => {
    const message = parseMessage(text);
    if (!message) return;
    if (message.type === "pong") on.pong?.(message.t, message.server_ms, heard);
    else on.message?.(message);
  };

  const lost = (code = BROKEN) => {
    hangUp();
    if (isRefusal(code)) {
      tell({ state: "refused", since: pageNow(), reason: code === 4401 ? "session" : "run" });
      return;
    }
    const since = link.state === "lost" ? link.since : pageNow();
    const wait = backoff(tries++);
    const visible = document.visibilityState === "visible";
    tell({ state: "lost", since, retry: visible ? pageNow() + wait : null });
    if (visible) later(wait, () => open(viaSocket));
  };

  const retry = () => {
    if (link.state === "lost" && !closed) {
      tell({ ...link, retry: pageNow() });
      open(viaSocket);
    }
  };
  const seen = () => {
    if (document.visibilityState !== "visible" || link.state !== "lost") return;
    tries = 0;
    retry();
  };
  document.addEventListener("visibilitychange", seen);
  window.addEventListener("online", seen);

  open(viaSocket);
  return {
    retry,
    close: () => {
      closed = true;
      document.removeEventListener("visibilitychange", seen);
      window.removeEventListener("online", seen);
      hangUp();
    },
  };
}

export const isRefusal = (code: number): boolean => code === 4401 || code === 4404;
