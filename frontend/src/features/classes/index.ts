export { Classes } from "./Classes";
export { Classroom } from "./Classroom";
export { Projector } from "./Projector";
