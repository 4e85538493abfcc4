/**
 * What carries frames and messages between the page and the lab: a WebSocket, or, where those are blocked, server-sent
 * events with small requests for the way back. Both look the same from here (docs/wire.md).
 */
export interface Line {
  send: (text: string) => void;
  /** no more is heard of it afterwards */
  close: () => void;
}

export interface Ends {
  open: () => void;
  /** a message, or the bytes of a frame */
  data: (data: string | ArrayBuffer) => void;
  closed: (code: number) => void;
}

export type Dial = (url: string, on: Ends) => Line;

export const viaSocket: Dial = (url, on) => {
  let socket: WebSocket;
  try {
    socket = new WebSocket(url);
  } catch {
    // Some blockers make the constructor throw; that is a closed line like any other.
    const timer = setTimeout(() => on.closed(BROKEN), 0);
    return { send: () => undefined, close: () => clearTimeout(timer) };
  }
  socket.binaryType = "arraybuffer";
  socket.onopen = on.open;
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => on.data(data);
  socket.onclose = ({ code }) => on.closed(code);
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    },
  };
};

/** The code browsers give to a socket that broke without a word. */
export const BROKEN = 1006;

export const viaStream: Dial = (url, on) => {
  const address = streamUrl(url);
  const source = new EventSource(address);
  let back: URL | null = null;
  const end = (code: number) => {
    source.close();
    on.closed(code);
  };
  source.addEventListener("line", ({ data }: MessageEvent<string>) => {
    back = new URL(address);
    back.search = new URLSearchParams({ line: data }).toString();
    on.open();
  });
  source.addEventListener("frame", ({ data }: MessageEvent<string>) => on.data(bytesOf(data)));
  source.onmessage = ({ data }: MessageEvent<string>) => on.data(data);
  source.addEventListener("close", ({ data }: MessageEvent<string>) => end((JSON.parse(data) as { code: number }).code));
  // The browser would come back by itself, but without telling and at its own pace.
  source.onerror = () => end(BROKEN);
  return {
    send: (text) => {
      // What is lost here is sent again by the next one: acknowledgements count, and pings are many.
      if (back) void fetch(back, { method: "POST", body: text }).catch(() => undefined);
    },
    close: () => {
      source.onmessage = source.onerror = null;
      source.close();
    },
  };
};

/** ws://lab/ws/runs/7 → http://lab/sse/runs/7 */
export const streamUrl = (url: string): string => url.replace(/^ws/, "http").replace("/ws/", "/sse/");

function bytesOf(base64: string): ArrayBuffer {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes.buffer;
}
