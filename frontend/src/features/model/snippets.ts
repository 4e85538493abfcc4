/** The README's ten lines with the file's own name in them; a test keeps the two the same. */
export const python = (file: string): string => `import sys
from hamlet import HamletModel
from hamlet.world import VectorWorld, load_level

model = HamletModel.load(sys.argv[1])
world = VectorWorld(load_level(model.contract["level"]), lanes=1, seed=7)
world.set_state(affordance_positions=model.metadata["layout"])
obs, hidden, alive, steps = world.reset(), None, True, 0
while alive:
    out = model.predict(obs, hidden, epsilon=0.0, mask=world.action_masks())
    hidden, steps = out["hidden"], steps + 1
    obs, reward, terminated, truncated, info = world.step(out["actions"])
    alive = not terminated[0]
print(f"It lived {steps} steps.")`
  .replace("import sys\n", "")
  .replace("sys.argv[1]", JSON.stringify(file));

export const INSTALL = "pip install hamlet-lab";

export interface Token {
  text: string;
  kind: "" | "k" | "s" | "c" | "f";
}

const PATTERN = /(#.*)|(f?"(?:[^"\\]|\\.)*")|\b(import|from|while|not|None|True|False|if|for|in|print)\b|(\.[a-z_]+)(?=\()/g;

/** Enough of a highlighter for the lines above: comments, strings, words of the language, calls. */
export function tokens(code: string): Token[] {
  const out: Token[] = [];
  let at = 0;
  for (const match of code.matchAll(PATTERN)) {
    if (match.index > at) out.push({ text: code.slice(at, match.index), kind: "" });
    out.push({ text: match[0], kind: match[1] ? "c" : match[2] ? "s" : match[3] ? "k" : "f" });
    at = match.index + match[0].length;
  }
  out.push({ text: code.slice(at), kind: "" });
  return out;
}
