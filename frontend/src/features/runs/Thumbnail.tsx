import { Pawn } from "@/ui";

export function Thumbnail() {
  return (
    <div className="ground">
      <Pawn />
    </div>
  );
}
