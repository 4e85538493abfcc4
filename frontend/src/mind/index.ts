export { maskAt } from "./observe";
export type { Situation } from "./observe";
export { along, everywhere, greedyOf, marginOf, policyOf } from "./policy";
export { startThinker } from "./remote";
export { Session, situationOf } from "./session";
export type { Question } from "./session";
