export { About, AboutButton, ForkedFrom, Tags } from "./About";
export { Account } from "./Account";
export { Bell, useClock } from "./Bell";
export { useDismiss } from "./dismiss";
export { paceText, PacePicker } from "./Pace";
export { networkTitle, recipe, StateMark } from "./run";
export { LabBar, RunBar } from "./RunBar";
export { StageMarks } from "./StageMarks";
