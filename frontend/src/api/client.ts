import createClient from "openapi-fetch";
import { heard, tr } from "@/words";
import type { paths } from "./schema";

export interface FieldError {
  field: string;
  message: string;
  value?: unknown;
}

/** What the server refused, in its own words (RFC 9457), or that it could not be reached. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    /** HTTP status; 0 when no answer came */
    readonly status: number,
    readonly title: string,
    detail: string,
    readonly fields: readonly FieldError[] = [],
  ) {
    super(detail);
  }
  field(name: string): string | undefined {
    return this.fields.find((error) => error.field === name)?.message;
  }
}

let csrf = "";
export const setCsrf = (token: string): void => {
  csrf = token;
};

// `fetch` is looked up at call time, so a test may stand in for it.
export const client = createClient<paths>({ baseUrl: window.location.origin, fetch: (request) => globalThis.fetch(request) });
client.use({
  onRequest({ request }) {
    if (csrf && request.method !== "GET") request.headers.set("X-CSRFToken", csrf);
    return request;
  },
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer, or an ApiError. */
export async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  let got: Answer<T>;
  try {
    got = await answer;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError(0, tr("No connection"), tr("The server does not answer. What you see may be old."));
  }
  const { data, error, response } = got;
  if (response.ok) return data as T;
  const problem = (typeof error === "object" && error !== null ? error : {}) as { title?: string; detail?: string; errors?: FieldError[] };
  const title = problem.title ?? tr("Error {status}", { status: response.status });
  const fields = Array.isArray(problem.errors) ? problem.errors.map((field) => ({ ...field, message: heard(field.message) })) : [];
  throw new ApiError(response.status, title, detailed(problem) ?? heard(problem.detail ?? title), fields);
}

/** The detail that only lists what is wrong with fields, put together anew from what is said of each. */
function detailed({ detail, errors }: { detail?: string; errors?: FieldError[] }): string | undefined {
  const list = (said: (message: string) => string) => `${errors?.slice(0, 3).map(({ field, message }) => `${field} ${said(message)}`).join("; ")}.`;
  return errors?.length && detail === list((message) => message) ? list(heard) : undefined;
}
