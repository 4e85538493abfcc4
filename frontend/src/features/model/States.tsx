import type { Upload } from "@/api";
import { Icon } from "@/ui";
import { tr } from "@/words";

/** Where a model that was brought along stands, in a word. */
export function States({ upload: { state, played } }: { upload: Upload }) {
  if (state === "pending") {
    return (
      <span className="chip">
        <Icon name="hourglass-simple-medium" />
        {tr("Being examined")}
      </span>
    );
  }
  if (state === "failed" || !played) {
    return (
      <span className="chip">
        <Icon name="warning" />
        {state === "failed" ? tr("Not examined") : tr("Fits no level here")}
      </span>
    );
  }
  return (
    <span className="chip">
      <Icon name="seal-check" />
      {tr("Examined")}
    </span>
  );
}
