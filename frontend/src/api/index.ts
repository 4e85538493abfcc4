export { ApiError, client, setCsrf, unwrap } from "./client";
export type { FieldError } from "./client";
export * from "./queries";
export { spokenLevel } from "./spoken";
export * from "./types";
