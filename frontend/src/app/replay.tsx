/** One recorded life in one file: the level, the recording and the pages' own rooms, without a server behind them. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode, useMemo } from "react";
import { createRoot } from "react-dom/client";
import { spokenLevel } from "@/api";
import type { Level } from "@/api";
import { Showing } from "@/features/watch/Showing";
import "@/ui/fonts.css";
import "@/ui/tokens.css";
import "@/ui/ui.css";
import { Empty, format, LanguagePicker, learnIcons, Logo, ThemeButton } from "@/ui";
import { begin, decodeFrame } from "@/wire";
import type { Life } from "@/wire";
import { tr } from "@/words";
import "./replay.css";

/** What the server wrote into the file (backend/lab/lives/takeaway.py). */
interface Packed {
  name: string;
  level: Level;
  /** the recording: a frame with a whole life (docs/wire.md), base64 */
  recording: string;
}

const told = document.getElementById("life")?.textContent?.trim();
const packed = told ? (JSON.parse(told) as Packed) : null;

function Page({ name, level, recording }: Packed) {
  const life: Life = useMemo(() => begin(decodeFrame(Uint8Array.from(atob(recording), (letter) => letter.charCodeAt(0)))), [recording]);
  const { meta, number } = life;
  const facts = [
    level.title,
    tr("episode {number}", { number: format.count(number) }),
    meta.stage !== null && tr("stage {stage}", { stage: meta.stage }),
    `ε ${format.plain(meta.epsilon)}`,
    meta.multiplier !== 1 && tr("drain × {multiplier}", { multiplier: format.plain(meta.multiplier) }),
  ];
  return (
    <>
      <header className="top">
        <span className="brand">
          <Logo />
          <span className="hide-s">Hamlet</span>
        </span>
        <h1 className="lifename">{name}</h1>
        <p className="lifefacts hide-s">{facts.filter(Boolean).join(" · ")}</p>
        <span className="grow" />
        <LanguagePicker />
        <ThemeButton />
      </header>
      <main id="main" tabIndex={-1} className="lifepage">
        <Showing
          keys
          id={life.run}
          level={level}
          known={[number]}
          episode={number}
          onEpisode={() => undefined}
          life={{ queryKey: ["life"], queryFn: () => life, initialData: life, staleTime: Infinity }}
        />
      </main>
    </>
  );
}

if (packed) learnIcons(packed.level);
document.title = packed ? `${tr("{name}, a life", { name: packed.name })} · Hamlet` : document.title;
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={new QueryClient()}>
      {packed ? <Page {...packed} level={spokenLevel(packed.level)} /> : <Empty level={1} title={tr("No life in this file")}>{tr("A replay is downloaded from the page of a recorded life.")}</Empty>}
    </QueryClientProvider>
  </StrictMode>,
);
