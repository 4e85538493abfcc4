export { maskAt, observe } from "./observe";
export type { Situation } from "./observe";
export { along, everywhere, greedyOf, marginOf, policyOf, seen } from "./policy";
export { startThinker } from "./remote";
export { Session, situationOf } from "./session";
export type { Question } from "./session";
export { LocalThinker } from "./thinker";
export type { Known, Questions, Thinker } from "./thinker";
