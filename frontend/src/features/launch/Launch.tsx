export function Launch() { return <main id="main" />; }
