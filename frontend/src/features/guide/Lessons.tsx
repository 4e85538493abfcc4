import { Link } from "react-router";
import { paths } from "@/paths";
import { tr } from "@/words";

/** The lessons of docs/teaching.md, each with the recipe it begins with. */
const LESSONS: [minutes: number, recipe: string, title: string, about: string][] = [
  [5, "quick", tr("Watch it learn"), tr("Launch a run before the class and see it go from rolled dice to a whole life.")],
  [20, "broken-reward", tr("Break the reward and see it cheated"), tr("One number of the reward is wrong. The agent finds out, and does what it is paid for.")],
  [50, "memory", tr("Memory and fog"), tr("It sees five by five cells. Is it memory that lets it live? Train this one the day before: some eight minutes of one core.")],
];

/** For those who launch runs: what one can teach with them. */
export function Lessons() {
  return (
    <section aria-labelledby="lessons">
      <h2 id="lessons" tabIndex={-1}>
        {tr("Lessons")}
      </h2>
      <p className="m2">{tr("What to say and to press, minute by minute, and what the class will see, stands in HAMLET's own docs/teaching.md.")}</p>
      <ul className="guide-lessons">
        {LESSONS.map(([minutes, recipe, title, about]) => (
          <li key={recipe} className="card">
            <b>{title}</b>
            <span className="m2">{tr("{n} minute|{n} minutes", { n: minutes })}</span>
            <p>{about}</p>
            <Link className="btn sm" to={paths.launch(recipe)}>
              {tr("To its recipe")}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
