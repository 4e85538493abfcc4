export function Runs() { return <main id="main" />; }
