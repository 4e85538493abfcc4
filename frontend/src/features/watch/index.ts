export { Replay } from "./Replay";
export { Watch } from "./Watch";
