import { expect, test } from "vitest";
import { blocks, cells, spans } from "./markdown";

const text = (value: string) => ({ kind: "text", text: value });

test("a backslash takes the next character as it is", () => {
  expect(spans("a \\| b \\`c\\` \\<i\\>")).toEqual([text("a | b `c` <i>")]);
  expect(spans("use `fits(level)` here")).toEqual([text("use "), { kind: "code", text: "fits(level)" }, text(" here")]);
  expect(spans("one ` alone")).toEqual([text("one ` alone")]);
});

test("a bar behind a backslash belongs to its cell", () => {
  expect(cells("| a \\| b | c |")).toEqual([[text("a | b")], [text("c")]]);
});

test("a card becomes headings, sentences, tables, lists and code", () => {
  const card = "# Heron\n\nTwo lines\nof one sentence.\n\n## Use it\n\n```python\nx = 1\n# no heading\n```\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n- one\n- two\n";
  expect(blocks(card)).toEqual([
    { kind: "heading", level: 1, spans: [text("Heron")] },
    { kind: "text", spans: [text("Two lines of one sentence.")] },
    { kind: "heading", level: 2, spans: [text("Use it")] },
    { kind: "code", text: "x = 1\n# no heading" },
    { kind: "table", head: [[text("a")], [text("b")]], rows: [[[text("1")], [text("2")]]] },
    { kind: "list", items: [[text("one")], [text("two")]] },
  ]);
});

test("code that is never closed ends with the card", () => {
  expect(blocks("```python\nx = 1")).toEqual([{ kind: "code", text: "x = 1" }]);
});
