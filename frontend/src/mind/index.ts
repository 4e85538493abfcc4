export { everywhere, policyOf } from "./policy";
export { startThinker } from "./remote";
export { Session, situationOf } from "./session";
