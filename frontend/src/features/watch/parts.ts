/** What other features may use of a life on stage: the player, its lifeline, and what a life tells about itself. */
import "./watch.css";

export { useAddress } from "./address";
export { drainsOf, endTitle, SIGN } from "./causes";
export { Speeds, Transport, Verdict } from "./Dock";
export { dayOf, eventsOf } from "./facts";
export { actionIcon, amount, hueOf, markOf, signedAmount } from "./level";
export { Lifeline } from "./Lifeline";
export type { Flag } from "./lifeline";
export { playKeys } from "./playKeys";
export { createPlayer } from "./player";
export type { Player } from "./player";
export { bestOf, offAir, recordingQuery, recordingsQuery } from "./queries";
export { sceneOf } from "./scene";
export { isOver, scrub } from "./store";
export type { Watch } from "./store";
export { useMedia, useWatch } from "./usePlayer";
export { wordOf } from "./marks";
