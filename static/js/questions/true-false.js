export { read, show } from "./choices.js";
