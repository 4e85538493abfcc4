export { Guest } from "./Guest";
export { Join } from "./Join";
