/** What the socket tells beside frames (docs/wire.md, "The socket"). Runs and the like are the REST API's shapes. */
type Json = Record<string, unknown>;

export type Message =
  | { type: "hello"; run: Json; server_ms: number }
  | { type: "run"; run: Json }
  | { type: "metrics"; columns: Record<string, (number | null)[]> }
  | { type: "evaluation"; evaluation: Json }
  | { type: "stage" }
  | { type: "checkpoint"; checkpoint: Json }
  | { type: "recorded"; episode: Json }
  | { type: "viewers"; count: number }
  | { type: "pong"; t: number; server_ms: number };

/** The message in this text, or null if it is of a kind this page does not know: newer servers may tell more. */
export function parseMessage(text: string): Message | null {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  const known = ["hello", "run", "metrics", "evaluation", "stage", "checkpoint", "recorded", "viewers", "pong"];
  const type = typeof message === "object" && message !== null ? (message as { type?: unknown }).type : undefined;
  return typeof type === "string" && known.includes(type) ? (message as Message) : null;
}
