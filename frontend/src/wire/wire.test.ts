/// <reference types="node" />
import { readFileSync } from "node:fs";
import { encode } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { advanceProof, answered, begin, beginProof, decodeFrame, decodeLanes, extend, lastMoment, momentOf, newClock, offsetOf, WireError } from ".";
import type { Life } from ".";
import { sha256 } from "./sha256";
import { backoff, socketUrl } from "./socket";

const golden = (name: string) => new Uint8Array(readFileSync(`../tests/wire/${name}.msgpack`));
const twin = (name: string) => JSON.parse(readFileSync(`../tests/wire/${name}.json`, "utf8")) as Record<string, unknown>;
const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const frame = (name: string) => decodeFrame(golden(name));
const live = (): Life => extend(extend(begin(frame("first")), frame("middle"))!, frame("last"))!;

describe("the golden picture of all lanes", () => {
  it("is read as its twin says", () => {
    const { x, y, age, ...rest } = decodeLanes(golden("lanes"));
    expect({ lanes: 1, ...rest, x: [...x], y: [...y], age: [...age] }).toEqual(twin("lanes"));
  });

  it.each([
    ["nothing", new Uint8Array()],
    ["a frame", golden("first")],
    ["columns of different length", encode({ lanes: 1, x: new Uint8Array(2), y: new Uint8Array(2), age: new Uint8Array(3) })],
    ["columns that are no bytes", encode({ lanes: 1, x: [1], y: [1], age: [1] })],
  ])("%s is refused", (_, bytes) => expect(() => decodeLanes(bytes)).toThrow(WireError));
});

describe("the golden frames", () => {
  it.each(["first", "middle", "last", "recording"])("%s is read as its twin says", (name) => {
    const read = frame(name);
    expect({ ...read, hash: hex(read.hash) }).toEqual(twin(name));
  });

  it("make the same life live and recorded", () => {
    const recorded = begin(frame("recording"));
    const grown = live();
    expect(grown.length).toBe(40);
    expect(lastMoment(grown)).toBe(40);
    for (let t = 0; t <= 40; t++) expect(momentOf(grown, t)).toEqual(momentOf(recorded, t));
    expect(grown.end).toEqual(recorded.end);
  });

  it("keep every bit of the float32 numbers", () => {
    const { meters, choice } = momentOf(live(), 7);
    const cols = twin("recording")["cols"] as { meters: number[][]; q: number[][] };
    expect(Array.from(meters)).toEqual(cols.meters[7]);
    expect(Array.from(choice!.q)).toEqual(cols.q[7]);
  });
});

describe("a life", () => {
  it("refuses a frame that is not the next", () => {
    const first = begin(frame("first"));
    expect(extend(first, frame("last"))).toBeNull();
    expect(extend(first, frame("first"))).toBeNull();
    expect(extend(live(), frame("middle"))).toBeNull();
  });

  it("leaves the shorter life as it was when it grows", () => {
    const first = begin(frame("first"));
    const before = momentOf(first, 15);
    const grown = extend(first, frame("middle"))!;
    expect(first.length).toBe(16);
    expect(momentOf(first, 15)).toEqual(before);
    expect(() => momentOf(first, 16)).toThrow(RangeError);
    expect(momentOf(grown, 16).x).toBe(0);
  });

  it("can be grown twice from one beginning", () => {
    const first = begin(frame("first"));
    const one = extend(first, frame("middle"))!;
    const other = extend(first, frame("middle"))!;
    expect(momentOf(one, 20)).toEqual(momentOf(other, 20));
    expect(one.rows).not.toBe(other.rows);
  });

  it("shows after its last step the state it was left in, with no choice", () => {
    const end = momentOf(live(), 40);
    expect([end.x, end.y, end.hour, end.choice]).toEqual([1, 2, 16, null]);
  });
});

describe("the chain", () => {
  it("is SHA-256 as others know it", () => {
    expect(hex(sha256(new TextEncoder().encode("abc")))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(hex(sha256(new Uint8Array(0)))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(hex(sha256(new Uint8Array(1000).fill(97)))).toBe("41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
  });

  it.each([1, 7, 1000])("proves the golden life, %i rows at a time", (budget) => {
    const life = live();
    let proof = beginProof(life);
    for (let i = 0; i < 60 && proof.verdict === null; i++) proof = advanceProof(proof, life, budget);
    expect(proof.verdict).toBe(true);
  });

  it("is not closed while the life goes on", () => {
    const life = begin(frame("first"));
    const proof = advanceProof(beginProof(life), life, 1000);
    expect([proof.rows, proof.verdict]).toEqual([16, null]);
    const whole = live();
    expect(advanceProof(proof, whole, 1000).verdict).toBe(true);
  });

  it("breaks on one flipped bit", () => {
    const life = live();
    life.rows.greedy[5]! ^= 1;
    expect(advanceProof(beginProof(life), life, 1000).verdict).toBe(false);
  });

  it("breaks when a life is passed off as another", () => {
    const life = { ...live(), number: 4 };
    expect(advanceProof(beginProof(life), life, 1000).verdict).toBe(false);
  });
});

describe("bytes that are no frame", () => {
  const bad = (change: Record<string, unknown>) => () => decodeFrame(encode({ ...frame("first"), v: 1, ...change }));
  it.each([
    ["noise", () => decodeFrame(new Uint8Array([0xc1, 2, 3])), /msgpack/],
    ["an empty message", () => decodeFrame(new Uint8Array(0)), /msgpack/],
    ["a list", () => decodeFrame(encode([1, 2])), /not a map/],
    ["another version", bad({ v: 2 }), /version 2/],
    ["a negative seq", bad({ seq: -1 }), /seq is -1/],
    ["a short hash", bad({ hash: new Uint8Array(31) }), /32 bytes/],
    ["no columns", bad({ cols: null }), /cols/],
    ["a column too short", bad({ cols: { ...frame("first").cols, y: [1] } }), /column y has 1 rows/],
    ["ragged rows", bad({ cols: { ...frame("first").cols, q: frame("first").cols.q.map((row, i) => (i ? row : [1])) } }), /rows of q/],
    ["a first frame without meta", bad({ meta: null }), /meta/],
  ])("%s: says what is wrong", (_, read, message) => {
    expect(read).toThrow(WireError);
    expect(read).toThrow(message);
  });
});

describe("the clock", () => {
  it("trusts the quickest answer", () => {
    let clock = newClock;
    expect(offsetOf(clock)).toBeNull();
    clock = answered(clock, 1000, 6100, 1200);
    clock = answered(clock, 2000, 7010, 2020);
    clock = answered(clock, 3000, 8300, 3400);
    expect(offsetOf(clock)).toBe(5000);
  });
  it("forgets old answers, so that a drifting clock is followed", () => {
    let clock = answered(newClock, 0, 1000, 0);
    for (let i = 1; i < 40; i++) clock = answered(clock, i * 10, i * 10 + 505, i * 10 + 10);
    expect(offsetOf(clock)).toBe(500);
  });
});

describe("the socket", () => {
  it("waits longer each time, up to 8 s, for ever", () => {
    expect([0, 1, 2, 3, 4, 5, 50].map(backoff)).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
  });
  it("goes where the page came from", () => {
    expect(socketUrl("a b", "https://lab.school/runs/1?x=1")).toBe("wss://lab.school/ws/runs/a%20b");
    expect(socketUrl("7", "http://127.0.0.1:8000/")).toBe("ws://127.0.0.1:8000/ws/runs/7");
  });
});
