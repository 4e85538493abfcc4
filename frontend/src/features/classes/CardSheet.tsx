import type { Classroom, LoginCard } from "@/api";
import { paths } from "@/paths";
import { Button, Logo, Strip } from "@/ui";

interface Props {
  classroom: Classroom;
  cards: readonly LoginCard[];
  done: () => void;
}

/** Cards to print and cut. Their secret words are kept nowhere, so this page is the only time they are seen. */
export function CardSheet({ classroom, cards, done }: Props) {
  return (
    <main className="sheet-page" id="main">
      <title>{`Cards of ${classroom.name} · Hamlet`}</title>
      <div className="noprint">
        <h1>
          {cards.length} {cards.length === 1 ? "card" : "cards"}
        </h1>
        <span className="grow" />
        <Button size="lg" kind="primary" icon="printer" onClick={() => window.print()}>
          Print
        </Button>
        <Button size="lg" onClick={done}>
          Done
        </Button>
        <Strip kind="warn">The secret words are kept nowhere. Print or copy the cards before you leave this page; a lost card is replaced by a new one.</Strip>
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
              <dt>Go to</dt>
              <dd>
                {window.location.host}
                {paths.join()}
              </dd>
              <dt>Code</dt>
              <dd>{card.code}</dd>
              <dt>Secret words</dt>
              <dd>{card.words}</dd>
            </dl>
          </li>
        ))}
      </ul>
    </main>
  );
}
