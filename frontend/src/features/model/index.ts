export { Model } from "./Model";
export { Upload } from "./Upload";
export { Uploads } from "./Uploads";
