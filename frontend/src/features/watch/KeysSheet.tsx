import { Button } from "@/ui";
import { tr } from "@/words";
import { Sheet } from "./Sheet";

/** What stands on the keys. */
const NAMES: Readonly<Record<string, string>> = { Space: tr("Space"), Shift: tr("Shift") };

// The overlays' keys say which of them there are.
const KEYS: [keys: string, what: string][] = [
  ["Space", tr("pause the picture, play it; holds the next life back")],
  ["← →", tr("one step back, one step on")],
  ["Shift ← →", tr("24 steps")],
  ["[ ]", tr("the life before, the life after")],
  ["0 1 2 3", tr("speed ¼×, 1×, 4×, 16×")],
  ["L", tr("back to live")],
  ["Shift R", tr("pause the training, or resume it, for everybody")],
  ["B", tr("bookmark this step")],
  ["T H N P S", ""],
  ["A", tr("all lives of the run at once")],
  ["W", tr("what would it do here?")],
  ["D", tr("the board as text")],
  ["Shift P", tr("for the projector")],
  ["Shift D", tr("light or dark")],
  ["G", tr("the field guide of this level")],
  ["F", tr("the board alone")],
  ["Enter on the board", tr("the board cell by cell")],
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
    <Sheet open={open} title={tr("Keys")} onClose={onClose}>
      <h2>{tr("Keys")}</h2>
      <dl className="keys">
        {KEYS.filter(([keys]) => !without.includes(keys)).map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys
                .split(" ")
                .filter((key) => (sight || key !== "S") && (curious || key !== "N"))
                .map((key) => (key === "on" ? ` ${tr("on the board")}` : /^(the|board)$/.test(key) ? null : <kbd key={key}>{NAMES[key] ?? key}</kbd>))}
            </dt>
            <dd>{what || [tr("trail"), tr("heat"), curious && tr("novelty"), tr("policy"), sight && tr("sight")].filter(Boolean).join(", ")}</dd>
          </div>
        ))}
      </dl>
      <Button wide onClick={onClose}>
        {tr("Close")}
      </Button>
    </Sheet>
  );
}
