export { Tokens } from "./Tokens";
