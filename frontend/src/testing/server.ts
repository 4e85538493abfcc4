import { vi } from "vitest";
import type { Me } from "@/api";
import settings from "./fixtures/settings.json";
import { LEVELS } from "./data";

export interface Refusal {
  status: number;
  title?: string;
  detail: string;
  errors?: { field: string; message: string; value?: unknown }[];
}
/** An answer for "METHOD /path": data, or a function of what was sent and of what stands behind the question mark. */
export type Answers = Record<string, unknown | ((sent: unknown, query: URLSearchParams) => unknown)>;

export class Refused extends Error {
  constructor(readonly problem: Refusal) {
    super(problem.detail);
  }
}

const alone = { pawn: null, crew: false, launches: false, classroom: null, classes: [] };
const idle = { used: 0, limit: null };
export const UNUSED = { runs: idle, minutes: idle, bytes: idle };
export const POLONIUS: Me = { ...alone, user: { name: "polonius", role: "instructor" }, csrf: "token", id: 1, crew: true, launches: true };
export const OPHELIA: Me = { ...alone, user: { name: "ophelia", role: "student" }, csrf: "token", id: 2, launches: true };
export const NOBODY: Me = { ...alone, user: null, csrf: "token" };

const standing: Answers = {
  "GET /me": POLONIUS,
  "GET /runs": { items: [], next: null },
  "GET /fair-use": { launches: true, message: "", classroom: null, own: null, together: null, bell_at: null, queue: 0, wait: 0 },
  "GET /workers": { items: [], free: 1, total: 2 },
  "GET /settings": { ...settings, limits: { name_length: 80, notes_length: 4000, tags: 10, tag_length: 30, active_runs: 20, slowest_pace: 0.5, fastest_pace: 60 } },
  "GET /levels": Object.values(LEVELS).map(({ level }) => level),
  ...Object.fromEntries(Object.entries(LEVELS).map(([name, { level }]) => [`GET /levels/${name}`, level])),
};

/** Stands in for the server at the one seam there is, `fetch`. Returns what was sent, in order. */
export function serve(answers: Answers) {
  const all: Answers = { ...standing, ...answers };
  const sent: { call: string; body: unknown; csrf: string | null }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    const call = `${request.method} ${pathname.replace("/api/v1", "")}`;
    const text = await request.clone().text();
    const isJson = request.headers.get("Content-Type")?.includes("json");
    const body: unknown = text ? (isJson ? JSON.parse(text) : text) : undefined;
    sent.push({ call, body, csrf: request.headers.get("X-CSRFToken") });
    if (!(call in all)) return problem({ status: 404, detail: `nothing at ${call}` });
    const answer = all[call];
    try {
      const data = typeof answer === "function" ? (answer as (body: unknown, query: URLSearchParams) => unknown)(body, searchParams) : answer;
      return new Response(JSON.stringify(data), { status: request.method === "POST" ? 201 : 200, headers: { "Content-Type": "application/json" } });
    } catch (error) {
      if (error instanceof Refused) return problem(error.problem);
      throw error;
    }
  });
  return sent;
}

const problem = (refusal: Refusal) =>
  new Response(JSON.stringify({ type: "about:blank", title: refusal.title ?? "Refused", errors: [], ...refusal }), {
    status: refusal.status,
    headers: { "Content-Type": "application/problem+json" },
  });
