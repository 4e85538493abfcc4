import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { cardQuery } from "@/api";
import { Copy, ErrorText, Skeleton } from "@/ui";
import { tr } from "@/words";
import { blocks } from "./markdown";
import type { Block, Span } from "./markdown";

/** The model card, word for word as it lies in the ZIP. */
export function Card({ model }: { model: string }) {
  const card = useQuery(cardQuery(model));
  return (
    <section className="card mcard" aria-label={tr("Model card")}>
      <header>
        <h2>{tr("Model card")}</h2>
        <span className="sub">{tr("{file}, also in the ZIP", { file: "MODEL_CARD.md" })}</span>
        <span className="grow" />
        {card.data && <Copy text={card.data.markdown} label={tr("Copy the card as Markdown")} />}
      </header>
      <div className="md" lang="en">
        {card.data ? (
          blocks(card.data.markdown)
            .slice(1)
            .map((block, i) => <Part key={i} block={block} />)
        ) : card.error ? (
          <ErrorText>{card.error.message}</ErrorText>
        ) : (
          <Skeleton height={240} />
        )}
      </div>
    </section>
  );
}

const written = (spans: readonly Span[]): ReactNode => spans.map(({ kind, text }, i) => (kind === "code" ? <code key={i}>{text}</code> : text));

function Part({ block }: { block: Block }) {
  switch (block.kind) {
    case "heading":
      return <h3>{written(block.spans)}</h3>;
    case "text":
      return <p>{written(block.spans)}</p>;
    case "code":
      return (
        <pre data-scroll tabIndex={0} aria-label="Python">
          {block.text}
        </pre>
      );
    case "list":
      return (
        <ul>
          {block.items.map((item, i) => (
            <li key={i}>{written(item)}</li>
          ))}
        </ul>
      );
    case "table":
      return (
        <div className="mdtable">
          <table>
            <thead>
              <tr>
                {block.head.map((cell, i) => (
                  <th key={i}>{written(cell)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, y) => (
                <tr key={y}>
                  {row.map((cell, x) => (
                    <td key={x}>{written(cell)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
  }
}
