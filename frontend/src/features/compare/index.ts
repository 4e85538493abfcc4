export { Compare } from "./Compare";
export { Play } from "./Play";
