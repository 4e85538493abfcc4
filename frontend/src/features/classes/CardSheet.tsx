import type { Classroom, LoginCard } from "@/api";
import { paths } from "@/paths";
import { Button, Logo, Strip } from "@/ui";
import { tr } from "@/words";

interface Props {
  classroom: Classroom;
  cards: readonly LoginCard[];
  done: () => void;
}

/** Cards to print and cut. Their secret words are kept nowhere, so this page is the only time they are seen. */
export function CardSheet({ classroom, cards, done }: Props) {
  return (
    <main className="sheet-page" id="main">
      <title>{`${tr("Cards of {name}", { name: classroom.name })} · Hamlet`}</title>
      <div className="noprint">
        <h1>
          {tr("{n} card|{n} cards", { n: cards.length })}
        </h1>
        <span className="grow" />
        <Button size="lg" kind="primary" icon="printer" onClick={() => window.print()}>
          {tr("Print")}
        </Button>
        <Button size="lg" onClick={done}>
          {tr("Done")}
        </Button>
        <Strip kind="warn">{tr("The secret words are kept nowhere. Print or copy the cards before you leave this page; a lost card is replaced by a new one.")}</Strip>
      </div>
      <ul className="sheet-cards">
        {cards.map((card) => (
          <li key={card.member}>
            <p>
              <Logo />
              {classroom.name}
            </p>
            <h2>{card.name}</h2>
            <dl>
              <dt>{tr("Go to")}</dt>
              <dd>
                {window.location.host}
                {paths.join()}
              </dd>
              <dt>{tr("Code")}</dt>
              <dd>{card.code}</dd>
              <dt>{tr("Secret words")}</dt>
              <dd>{card.words}</dd>
            </dl>
          </li>
        ))}
      </ul>
    </main>
  );
}
