export { Watch } from "./Watch";
