/** All that opens over the stage. */
import { Link } from "react-router";
import { paths } from "@/paths";
import { tr } from "@/words";
import { GridSheet, TextSheet } from "./BoardSheets";
import { KeysSheet } from "./KeysSheet";
import type { Place } from "./level";
import { PlaceSheet } from "./PlaceSheet";
import type { ViewProps } from "./Watch";
import { WhatIfSheet } from "./WhatIf";

export type SheetName = "grid" | "text" | "keys" | "whatif";

interface Props {
  view: ViewProps;
  /** the one that is open */
  sheet: SheetName | null;
  /** the place that is told of */
  place: Place | null;
  onClose: () => void;
  onLeavePlace: () => void;
}

export function Sheets({ view: { page, run, level, town, player, live, stop, mind, setSteps, curious }, sheet, place, onClose, onLeavePlace }: Props) {
  return (
    <>
      <PlaceSheet
        level={level}
        player={player}
        place={place}
        after={place && <p className="m2"><Link to={paths.guide(level.name, `place-${place.name}`)}>{tr("{place} in the field guide", { place: place.title })}</Link></p>}
        onClose={onLeavePlace}
      />
      <GridSheet level={level} town={town} player={player} open={sheet === "grid"} onClose={onClose} />
      <TextSheet level={level} town={town} player={player} open={sheet === "text"} onClose={onClose} />
      <WhatIfSheet run={run} level={level} town={town} player={player} mind={mind} setSteps={setSteps} open={sheet === "whatif"} onClose={onClose} />
      <KeysSheet open={sheet === "keys"} sight={town.sight !== null} curious={curious} without={[...(page === "replay" ? ["L", "A"] : live ? ["B"] : ["B", "L", "A"]), ...(stop ? [] : ["Shift R"])]} onClose={onClose} />
    </>
  );
}
