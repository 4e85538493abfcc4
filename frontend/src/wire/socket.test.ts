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
  open() {
    this.readyState = 1;
    this.onopen?.();
  }
  hear(data: unknown) {
    this.onmessage?.({ data: typeof data === "string" || data instanceof ArrayBuffer ? data : JSON.stringify(data) });
  }
  cut(code = 1006) {
    this.onclose?.({ code });
  }
}

const bytes = () => new Uint8Array(readFileSync("../tests/wire/first.msgpack")).buffer;
let links: Link[];
let heard: unknown[];
let connection: Connection;
const states = () => links.map(({ state }) => state);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Line);
  Line.all = [];
  links = [];
  heard = [];
  connection = connect("ws://lab/ws/runs/7", {
    link: (link) => links.push(link),
    frame: (frame) => heard.push(["frame", frame.episode, frame.seq]),
    message: (message) => heard.push([message.type]),
    pong: (sent, server, received) => heard.push(["pong", sent, server, received >= sent]),
  });
});
afterEach(() => {
  connection.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("an open line", () => {
  it("passes frames and news on, and acknowledges each frame", () => {
    Line.latest.open();
    Line.latest.hear(bytes());
    Line.latest.hear({ type: "viewers", count: 3 });
    Line.latest.hear(bytes());
    expect(heard).toEqual([["frame", 3, 0], ["viewers"], ["frame", 3, 0]]);
    expect(Line.latest.sent.filter(({ type }) => type === "ack")).toEqual([{ type: "ack", n: 1 }, { type: "ack", n: 2 }]);
  });

  it("acknowledges what it cannot read, so that the credit does not run out, and goes on", () => {
    const complaint = vi.spyOn(console, "error").mockImplementation(() => undefined);
    Line.latest.open();
    Line.latest.hear(new Uint8Array([1, 2, 3]).buffer);
    Line.latest.hear("no json");
    Line.latest.hear({ type: "from the future" });
    Line.latest.hear(bytes());
    expect([heard.length, Line.latest.sent.filter(({ type }) => type === "ack").length, complaint.mock.calls.length]).toEqual([1, 2, 1]);
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
