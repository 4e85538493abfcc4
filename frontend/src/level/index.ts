export { hueOf } from "./hue";
export { obsDim, reads, RECURRENT, SIMPLE, weightsOf } from "./network";
export { townOf } from "./town";
