import { Button } from "@/ui";
import { Sheet } from "./Sheet";

const KEYS: [keys: string, what: string][] = [
  ["Space", "pause, play; holds the next life back"],
  ["← →", "one step back, one step on"],
  ["Shift ← →", "24 steps"],
  ["[ ]", "the life before, the life after"],
  ["0 1 2 3", "speed ¼×, 1×, 4×, 16×"],
  ["L", "back to live"],
  ["B", "bookmark this step"],
  ["T H N P S", "trail, heat, novelty, policy, sight"],
  ["A", "all lives of the run at once"],
  ["W", "what would it do here?"],
  ["D", "the board as text"],
  ["Shift P", "for the projector"],
  ["G", "the field guide of this level"],
  ["F", "the board alone"],
  ["Enter on the board", "the board cell by cell"],
];

interface Props {
  open: boolean;
  onClose: () => void;
  sight: boolean;
  /** the run learns by curiosity too */
  curious: boolean;
  /** keys that do nothing on this page */
  without: readonly string[];
}

export function KeysSheet({ open, onClose, sight, curious, without }: Props) {
  return (
    <Sheet open={open} title="Keys" onClose={onClose}>
      <h2>Keys</h2>
      <dl className="keys">
        {KEYS.filter(([keys]) => !without.includes(keys)).map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys
                .split(" ")
                .filter((key) => (sight || key !== "S") && (curious || key !== "N"))
                .map((key) => (/^(on|the|board)$/.test(key) ? ` ${key}` : <kbd key={key}>{key}</kbd>))}
            </dt>
            <dd>{[!sight && ", sight", !curious && ", novelty"].reduce<string>((said, left) => (left ? said.replace(left, "") : said), what)}</dd>
          </div>
        ))}
      </dl>
      <Button wide onClick={onClose}>
        Close
      </Button>
    </Sheet>
  );
}
