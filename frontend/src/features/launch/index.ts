export { Fork } from "./Fork";
export { Launch } from "./Launch";
