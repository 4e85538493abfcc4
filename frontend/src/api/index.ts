export { ApiError, client, setCsrf, unwrap } from "./client";
export type { FieldError } from "./client";
export * from "./queries";
export * from "./types";
