/// <reference types="node" />
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connect } from "./socket";
import type { Connection, Link } from "./socket";

/** The browser's socket, held by the test. */
class Line {
  static all: Line[] = [];
  static OPEN = 1;
  readyState = 0;
  binaryType = "";
  sent: Record<string, unknown>[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor(readonly url: string) {
    Line.all.push(this);
  }
  static get latest() {
    return Line.all.at(-1)!;
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  /** lets the page in */
  open() {
    this.readyState = 1;
    this.onopen?.();
    this.hear({ type: "hello" });
  }
  hear(data: unknown) {
    this.onmessage?.({ data: typeof data === "string" || data instanceof ArrayBuffer ? data : JSON.stringify(data) });
  }
  cut(code = 1006) {
    this.onclose?.({ code });
  }
}

/** The browser's EventSource, held by the test. */
class Stream {
  static all: Stream[] = [];
  listeners: Record<string, (event: { data: string }) => void> = {};
  onmessage: ((event: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  constructor(readonly url: string) {
    Stream.all.push(this);
  }
  static get latest() {
    return Stream.all.at(-1)!;
  }
  addEventListener(name: string, listener: (event: { data: string }) => void) {
    this.listeners[name] = listener;
  }
  close() {
    this.closed = true;
  }
  open() {
    this.listeners["line"]!({ data: "line one" });
    this.onmessage!({ data: JSON.stringify({ type: "hello" }) });
  }
}

const bytes = () => new Uint8Array(readFileSync("../tests/wire/first.msgpack")).buffer;
const base64 = () => readFileSync("../tests/wire/first.msgpack").toString("base64");
let links: Link[];
let heard: unknown[];
let connection: Connection;
const acks = () => Line.latest.sent.filter(({ type }) => type === "ack").map(({ n }) => n);
const states = () => links.map(({ state }) => state);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Line);
  vi.stubGlobal("EventSource", Stream);
  Line.all = [];
  Stream.all = [];
  links = [];
  heard = [];
  connection = connect("ws://lab/ws/runs/7", {
    link: (link) => links.push(link),
    frame: (frame) => heard.push(["frame", frame.episode, frame.seq]),
    message: (message) => message.type !== "hello" && heard.push([message.type]),
    pong: (sent, server, received) => heard.push(["pong", sent, server, received >= sent]),
  });
});
afterEach(() => {
  connection.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("an open line", () => {
  it("passes frames and news on", () => {
    Line.latest.open();
    Line.latest.hear(bytes());
    Line.latest.hear({ type: "viewers", count: 3 });
    Line.latest.hear(bytes());
    expect(heard).toEqual([["frame", 3, 0], ["viewers"], ["frame", 3, 0]]);
  });

  it("acknowledges every fourth frame, and what is left within a second", () => {
    Line.latest.open();
    for (let i = 0; i < 6; i++) Line.latest.hear(bytes());
    expect(acks()).toEqual([4]);
    vi.advanceTimersByTime(1_000);
    expect(acks()).toEqual([4, 6]);
    Line.latest.hear(bytes());
    vi.advanceTimersByTime(1_000);
    expect(acks()).toEqual([4, 6, 7]);
  });

  it("acknowledges what it cannot read, so that the credit does not run out, and goes on", () => {
    const complaint = vi.spyOn(console, "error").mockImplementation(() => undefined);
    Line.latest.open();
    Line.latest.hear(new Uint8Array([1, 2, 3]).buffer);
    Line.latest.hear("no json");
    Line.latest.hear({ type: "from the future" });
    Line.latest.hear(bytes());
    vi.advanceTimersByTime(1_000);
    expect([heard.length, acks(), complaint.mock.calls.length]).toEqual([1, [2], 1]);
    complaint.mockRestore();
  });

  it("pings often at first, then every two seconds", () => {
    Line.latest.open();
    vi.advanceTimersByTime(1_000);
    expect(Line.latest.sent.length).toBe(4);
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(2_000);
      Line.latest.hear({ type: "pong", t: 1, server_ms: 2 });
    }
    expect(Line.latest.sent.length).toBe(9);
    expect(heard[0]).toEqual(["pong", 1, 2, true]);
  });

  it("that answers nothing for ten seconds is given up", () => {
    Line.latest.open();
    vi.advanceTimersByTime(12_500);
    expect(states()).toContain("lost");
  });
});

describe("a line that is cut", () => {
  it("is tried again after 0.5, 1, 2, 4, 8, 8 seconds, and counts from the first loss", () => {
    Line.latest.open();
    for (const wait of [500, 1_000, 2_000, 4_000, 8_000, 8_000]) {
      Line.latest.cut();
      if (Stream.all.length) Stream.latest.onerror?.();
      const before = Line.all.length;
      vi.advanceTimersByTime(wait - 1);
      expect(Line.all.length).toBe(before);
      vi.advanceTimersByTime(1);
      expect(Line.all.length).toBe(before + 1);
    }
    const since = links.filter((link) => link.state === "lost").map((link) => link.since);
    expect(new Set(since).size).toBe(1);
    Line.latest.open();
    expect(states().at(-1)).toBe("open");
    Line.latest.cut();
    vi.advanceTimersByTime(500);
    expect(Line.all.length).toBe(8);
  });

  it("goes on after the newest frame it has", () => {
    Line.latest.open();
    expect(Line.latest.url).toBe("ws://lab/ws/runs/7");
    Line.latest.hear(bytes());
    Line.latest.cut();
    vi.advanceTimersByTime(500);
    expect(Line.latest.url).toMatch(/^ws:..lab.ws.runs.7[?]after=3[.]0[.][0-9a-f]{16}$/);
  });

  it("is tried at once when the viewer asks", () => {
    Line.latest.open();
    Line.latest.cut();
    connection.retry();
    expect(Line.all.length).toBe(2);
    vi.advanceTimersByTime(500);
    expect(Line.all.length).toBe(2);
  });

  it("is left alone while the page is hidden, and tried at once when it is seen again", () => {
    const visible = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    Line.latest.open();
    Line.latest.cut();
    vi.advanceTimersByTime(60_000);
    expect([Line.all.length, (links.at(-1) as { retry: number | null }).retry]).toEqual([1, null]);
    visible.mockReturnValue("visible");
    document.dispatchEvent(new Event("visibilitychange"));
    expect(Line.all.length).toBe(2);
    visible.mockRestore();
  });

  it.each([[4401, "session"], [4404, "run"]])("with code %i is not tried again", (code, reason) => {
    Line.latest.open();
    Line.latest.cut(code);
    vi.advanceTimersByTime(60_000);
    expect(links.at(-1)).toMatchObject({ state: "refused", reason });
    expect(Line.all.length).toBe(1);
  });

  it("says nothing any more once the page has closed it", () => {
    Line.latest.open();
    const before = links.length;
    connection.close();
    Line.latest.cut();
    vi.advanceTimersByTime(60_000);
    expect([links.length, Line.all.length, Line.latest.closed]).toEqual([before, 1, true]);
  });
});

describe("where WebSockets are blocked", () => {
  const posts: [string, unknown][] = [];
  beforeEach(() => {
    posts.length = 0;
    vi.stubGlobal("fetch", (url: URL, { body }: { body: string }) => {
      posts.push([url.href, JSON.parse(body)]);
      return Promise.resolve();
    });
  });

  it.each([
    ["that never open", () => vi.advanceTimersByTime(2_000)],
    ["that are refused", () => Line.latest.cut()],
    ["that open and then carry nothing", () => (Line.latest.onopen?.(), vi.advanceTimersByTime(2_000))],
  ])("by sockets %s, the same comes by server-sent events within 2 s", (_, block) => {
    block();
    expect([Stream.latest.url, Line.latest.closed || Line.all.length === 1]).toEqual(["http://lab/sse/runs/7", true]);
    Stream.latest.open();
    expect(states()).toEqual(["open"]);
    for (let i = 0; i < 4; i++) Stream.latest.listeners["frame"]!({ data: base64() });
    Stream.latest.onmessage!({ data: JSON.stringify({ type: "viewers", count: 3 }) });
    expect(heard).toEqual([...Array(4).fill(["frame", 3, 0]), ["viewers"]]);
    expect(posts).toContainEqual(["http://lab/sse/runs/7?line=line+one", { type: "ack", n: 4 }]);
  });

  it("WebSockets are tried again when the stream is cut, and the stream goes on where it was", () => {
    Line.latest.cut();
    Stream.latest.open();
    Stream.latest.listeners["frame"]!({ data: base64() });
    Stream.latest.onerror!();
    expect(states().at(-1)).toBe("lost");
    vi.advanceTimersByTime(500);
    expect(Line.all.length).toBe(2);
    Line.latest.cut();
    expect(Stream.latest.url).toMatch(/^http:..lab.sse.runs.7[?]after=3[.]0[.]/);
  });

  it("a refusal by the stream is a refusal", () => {
    Line.latest.cut();
    Stream.latest.listeners["close"]!({ data: '{"code": 4401, "reason": "Sign in first."}' });
    expect([links.at(-1), Stream.latest.closed]).toEqual([expect.objectContaining({ state: "refused", reason: "session" }), true]);
  });

  it("a page that has many sockets opens no streams", () => {
    const small = connect("ws://lab/ws/runs/8", { link: () => undefined, frame: () => undefined, message: () => undefined, pong: () => undefined }, { streams: false });
    vi.advanceTimersByTime(9_000);
    expect(Line.latest.closed).toBe(false);
    Line.latest.cut();
    vi.advanceTimersByTime(400);
    expect(Stream.all.some(({ url }) => url.endsWith("/8"))).toBe(false);
    small.close();
  });
});
