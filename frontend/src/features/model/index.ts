export { Model } from "./Model";
