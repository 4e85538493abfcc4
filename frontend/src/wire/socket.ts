/** The page's end of /ws/runs/<id>: connects, measures the clock, acknowledges frames, and comes back when cut off. */
import { pageNow } from "./clock";
import { decodeFrame } from "./frame";
import type { Frame } from "./frame";
import { parseMessage } from "./messages";
import type { Message } from "./messages";

export type Link =
  | { state: "connecting"; since: number }
  | { state: "open"; since: number }
  /** cut off; tries again at `retry` (null while the page is hidden) */
  | { state: "lost"; since: number; retry: number | null }
  /** refused for good: no session, or no such run */
  | { state: "refused"; since: number; reason: "session" | "run" };

export interface Handlers {
  link: (link: Link) => void;
  frame: (frame: Frame) => void;
  message: (message: Message) => void;
  /** round trip of a ping, by this page's clock */
  pong: (sent: number, server: number, received: number) => void;
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
/** A link that answers no ping for so long is dead, even if the browser has not noticed. */
const SILENCE = 10_000;

/** Wait before attempt `n` (from 0), ms: 0.5, 1, 2, 4, then 8 for ever. */
export const backoff = (n: number): number => Math.min(FIRST_WAIT * 2 ** n, LONGEST_WAIT);

export const socketUrl = (run: string, base: string = window.location.href): string => {
  const url = new URL(`/ws/runs/${encodeURIComponent(run)}`, base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
};

export function connect(url: string, on: Handlers): Connection {
  let socket: WebSocket | null = null;
  let link: Link = { state: "connecting", since: pageNow() };
  let tries = 0;
  let frames = 0;
  let heard = 0;
  let timers: ReturnType<typeof setTimeout>[] = [];
  let closed = false;

  const tell = (next: Link) => {
    link = next;
    on.link(next);
  };
  const later = (ms: number, run: () => void) => timers.push(setTimeout(run, ms));
  const quiet = () => {
    timers.forEach(clearTimeout);
    timers = [];
  };
  const send = (message: object) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };

  const beat = () => {
    if (pageNow() - heard > SILENCE) return lost();
    send({ type: "ping", t: pageNow() });
    later(PING_EVERY, beat);
  };

  const open = () => {
    quiet();
    frames = 0;
    const mine = new WebSocket(url);
    socket = mine;
    mine.binaryType = "arraybuffer";
    mine.onopen = () => {
      tries = 0;
      heard = pageNow();
      tell({ state: "open", since: heard });
      EARLY_PINGS.forEach((ms) => later(ms, () => send({ type: "ping", t: pageNow() })));
      later(PING_EVERY, beat);
    };
    mine.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      heard = pageNow();
      if (typeof data === "string") return hear(data);
      // Seen is seen, readable or not: the server's credit must not run out over one bad frame.
      send({ type: "ack", n: ++frames });
      try {
        on.frame(decodeFrame(data));
      } catch (error) {
        console.error(error);
      }
    };
    mine.onclose = ({ code }) => {
      if (mine === socket) lost(code);
    };
  };

  const hear = (text: string) => {
    const message = parseMessage(text);
    if (!message) return;
    if (message.type === "pong") on.pong(message.t, message.server_ms, heard);
    else on.message(message);
  };

  const lost = (code?: number) => {
    quiet();
    drop();
    if (closed) return;
    if (code === 4401 || code === 4404) {
      tell({ state: "refused", since: pageNow(), reason: code === 4401 ? "session" : "run" });
      return;
    }
    const since = link.state === "lost" ? link.since : pageNow();
    const wait = backoff(tries++);
    const visible = document.visibilityState === "visible";
    tell({ state: "lost", since, retry: visible ? pageNow() + wait : null });
    if (visible) later(wait, open);
  };

  const drop = () => {
    const old = socket;
    socket = null;
    if (old) {
      old.onopen = old.onmessage = old.onclose = null;
      old.close();
    }
  };

  const retry = () => {
    if (link.state === "lost" && !closed) {
      tell({ ...link, retry: pageNow() });
      drop();
      open();
    }
  };
  const seen = () => {
    if (document.visibilityState !== "visible" || link.state !== "lost") return;
    tries = 0;
    retry();
  };
  document.addEventListener("visibilitychange", seen);
  window.addEventListener("online", seen);

  open();
  return {
    retry,
    close: () => {
      closed = true;
      document.removeEventListener("visibilitychange", seen);
      window.removeEventListener("online", seen);
      quiet();
      drop();
    },
  };
}
