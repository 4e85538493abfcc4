import type { CSSProperties } from "react";
import { bold, fill, regular } from "./icons.gen";

export type Weight = "fill" | "regular" | "bold";
const tables: Record<Weight, Readonly<Record<string, string>>> = { fill, regular, bold };

const learnt: Record<string, string> = {};

/** A level of the lab's own brings the outlines of its icons along. */
export function learnIcons({ outlines }: { outlines: Readonly<Record<string, string>> }): void {
  Object.assign(learnt, outlines);
}

/** Outline of a Phosphor icon on a 256 × 256 square, for an SVG path or a canvas Path2D; the cube where a level names none. */
export function iconPath(name: string, weight: Weight = "regular"): string {
  return tables[weight][name] ?? tables.fill[name] ?? tables.regular[name] ?? learnt[name] ?? fill.cube;
}

interface Props {
  name: string;
  weight?: Weight;
  className?: string;
  /** pixels; without it the icon follows the text */
  size?: number;
  /** spoken name; without it the icon is decoration */
  label?: string;
  style?: CSSProperties;
}

export function Icon({ name, weight = "regular", className, size, label, style }: Props) {
  return (
    <svg
      className={className ? `i ${className}` : "i"}
      viewBox="0 0 256 256"
      style={size ? { width: size, height: size, ...style } : style}
      {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": true })}
    >
      <path d={iconPath(name, weight)} />
    </svg>
  );
}
