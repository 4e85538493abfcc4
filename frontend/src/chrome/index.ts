export { About, AboutButton } from "./About";
export { Account } from "./Account";
export { Bell, useClock } from "./Bell";
export { useDismiss } from "./dismiss";
export { paceText, PacePicker } from "./Pace";
export { networkTitle, recipe, StateMark } from "./run";
export { LabBar, RunBar } from "./RunBar";
export { ForkedFrom, Tags } from "./Tags";
export { StageMarks } from "./StageMarks";
