export { Launch } from "./Launch";
