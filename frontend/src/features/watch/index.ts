export { Replay } from "./Replay";
export { Showing } from "./Showing";
export { Watch } from "./Watch";
