export { hueOf } from "./hue";
export { obsDim, reads, RECURRENT, SIMPLE, weightsOf } from "./network";
export { townOf } from "./town";
export { actionIcon, amount, capital, CRITICAL, markOf, signedAmount, tiersOf } from "./words";
export type { Tier } from "./words";
export { aboutPlace, outdone, wholeUse } from "./use";
