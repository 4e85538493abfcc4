export { Runs } from "./Runs";
export { Wall } from "./Wall";
