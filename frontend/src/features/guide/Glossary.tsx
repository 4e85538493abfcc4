import { tr } from "@/words";

const WORDS: [word: string, id: string, means: string][] = [
  [tr("Action value, Q"), "q", tr("What the network expects of an action: the reward from here on, later rewards counted less. The greedy agent takes the largest.")],
  [tr("Greedy"), "greedy", tr("Taking the action of the largest Q. The rest are dice.")],
  [tr("Epsilon, ε"), "epsilon", tr("The share of choices left to the dice while it trains. It falls as training goes on; an examination has none.")],
  [tr("Discount, γ"), "gamma", tr("How much a reward one step later counts against one now. At 0.99 a reward 100 steps off counts for about a third.")],
  [tr("Mask"), "mask", tr("Which actions are allowed in this state. What is masked is never chosen, neither by the greedy agent nor by the dice.")],
  [tr("Life, episode"), "life", tr("From birth to death, or to the longest life there is. The two words mean the same here.")],
  [tr("Lane"), "lane", tr("One of the many copies of the world that a run trains in at the same time. The Watch page shows one; All lives shows every one.")],
  [tr("Return"), "return", tr("All the reward of one life, added up.")],
  [tr("TD error"), "td", tr("How far an action value was off from the reward that came plus the value of what came next. Learning makes it small.")],
  [tr("Policy"), "policy", tr("What the agent would do in each state. The policy map draws it for every cell at once.")],
  [tr("Novelty, RND"), "rnd", tr("Random network distillation: a network learns to guess a fixed random one. Where it guesses badly the agent has seldom been, and curiosity pays for going there.")],
  [tr("Cascade"), "cascade", tr("A meter below its mark drains another one.")],
  [tr("Root cause"), "root", tr("The meter that drained the fatal one most before a death, the last steps counting most.")],
  [tr("Examination"), "examination", tr("Lives of the greedy agent that it does not learn from, without dice and at the level's own speed. Best is measured so.")],
  [tr("Checkpoint"), "checkpoint", tr("The whole state of a run on disk: it goes on from there after a fault, and the mind of then can be looked into.")],
  [tr("Memory"), "memory", tr("The recurrent network carries numbers of its own from step to step, so that it can know of what it no longer sees.")],
];

/** The words of the trade, as they are used on these pages. */
export function Glossary() {
  return (
    <section aria-labelledby="glossary">
      <h2 id="glossary" tabIndex={-1}>
        {tr("Words")}
      </h2>
      <dl className="card guide-words">
        {WORDS.map(([word, id, means]) => (
          <div key={id} id={`word-${id}`} tabIndex={-1}>
            <dt>{word}</dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
