export { foreign, heard } from "./heard";
export { language, LANGUAGES, locale, speak } from "./language";
export type { Language } from "./language";
export { inner, named, rich, tr } from "./tr";
export type { Text } from "./tr";
