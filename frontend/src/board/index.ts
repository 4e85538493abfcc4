export { Board } from "./Board";
export type { SceneSource } from "./Board";
export { faded, mix, readPalette } from "./color";
export type { Palette } from "./color";
export { drawIcon } from "./icon";
export { sentence } from "./scene";
export type { Agent, Footstep, PolicyCell, Scene } from "./scene";
export { cellName, columnName, darkness, isOpen, placeAt, rowName } from "./town";
export type { Layout, Town, TownPlace } from "./town";
