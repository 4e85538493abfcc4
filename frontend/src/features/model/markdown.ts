/** The Markdown of a model card as data. What it does not know is text; nothing in it can become markup. */

export interface Span {
  kind: "text" | "code";
  text: string;
}
export type Block =
  | { kind: "heading"; level: 1 | 2; spans: Span[] }
  | { kind: "text"; spans: Span[] }
  | { kind: "list"; items: Span[][] }
  | { kind: "code"; text: string }
  | { kind: "table"; head: Span[][]; rows: Span[][][] };

/** Text with `code` in it; a backslash takes the next character as it is. */
export function spans(line: string): Span[] {
  const found: Span[] = [];
  let text = "";
  const put = (kind: Span["kind"], part: string) => part && found.push({ kind, text: part });
  for (let i = 0; i < line.length; i++) {
    const close = line[i] === "`" ? line.indexOf("`", i + 1) : -1;
    if (line[i] === "\\" && i + 1 < line.length) {
      text += line[++i]!;
    } else if (close > i) {
      put("text", text);
      put("code", line.slice(i + 1, close));
      text = "";
      i = close;
    } else {
      text += line[i]!;
    }
  }
  put("text", text);
  return found;
}

/** The cells of "| a | b |"; a bar behind a backslash belongs to its cell. */
export const cells = (line: string): Span[][] =>
  (line.replace(/^\s*\|/, "").match(/(?:\\.|[^\\|])*\|/g) ?? []).map((cell) => spans(cell.slice(0, -1).trim()));

export function blocks(markdown: string): Block[] {
  const found: Block[] = [];
  const lines = markdown.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const whole = (is: (line: string) => boolean) => {
      const first = i;
      while (i + 1 < lines.length && is(lines[i + 1]!)) i++;
      return lines.slice(first, i + 1);
    };
    const heading = /^(#{1,2}) (.*)$/.exec(line);
    if (!line.trim()) continue;
    if (heading) {
      found.push({ kind: "heading", level: heading[1]!.length as 1 | 2, spans: spans(heading[2]!) });
    } else if (line.startsWith("```")) {
      const code = whole((next) => !next.startsWith("```"));
      i++;
      found.push({ kind: "code", text: code.slice(1).join("\n") });
    } else if (line.startsWith("| ")) {
      const [head, , ...rows] = whole((next) => next.startsWith("|")).map(cells);
      found.push({ kind: "table", head: head!, rows });
    } else if (line.startsWith("- ")) {
      found.push({ kind: "list", items: whole((next) => next.startsWith("- ")).map((item) => spans(item.slice(2))) });
    } else {
      found.push({ kind: "text", spans: spans(whole((next) => next.trim() !== "" && !/^(#|- |\||```)/.test(next)).join(" ")) });
    }
  }
  return found;
}
