export function Model() { return <main id="main" />; }
