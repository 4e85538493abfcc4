/** The thinker in a thread of its own, so that thinking never holds up a picture. */
import { LocalThinker } from "./thinker";
import type { Reply, Request } from "./remote";

const thinker = new LocalThinker();
const work = async (request: Request): Promise<unknown> => {
  if (request.kind === "load") return thinker.load(request.bytes);
  if (request.kind === "live") return thinker.live(request.from, request.obs);
  return thinker.ask(request.questions);
};

// One after the other: what is asked after a mind was sent is asked of that mind.
let queue = Promise.resolve();
addEventListener("message", ({ data }: MessageEvent<{ id: number; request: Request }>) => {
  queue = queue.then(async () => {
    let reply: Reply;
    try {
      reply = { id: data.id, value: await work(data.request) };
    } catch (error) {
      reply = { id: data.id, error: error instanceof Error ? error.message : String(error) };
    }
    postMessage(reply);
  });
});
