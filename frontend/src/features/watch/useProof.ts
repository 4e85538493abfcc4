import { useEffect, useState } from "react";
import { advanceProof, beginProof } from "@/wire";
import type { Life } from "@/wire";

const ROWS = 100;
const verdicts = new WeakMap<Life, boolean>();

/** Whether a life that is over fits its chain of hashes; null while it is being checked, a little in each idle moment. */
export function useProof(life: Life | null): boolean | null {
  const [, told] = useState(0);
  const known = (life && verdicts.get(life)) ?? null;
  useEffect(() => {
    if (!life?.end || verdicts.has(life)) return;
    let proof = beginProof(life);
    let timer = 0;
    const work = () => {
      proof = advanceProof(proof, life, ROWS);
      if (proof.verdict === null) {
        timer = window.setTimeout(work, 30);
      } else {
        verdicts.set(life, proof.verdict);
        told((n) => n + 1);
      }
    };
    timer = window.setTimeout(work, 200);
    return () => window.clearTimeout(timer);
  }, [life]);
  return known;
}
