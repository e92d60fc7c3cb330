export { readOptions as read, showOptions as show } from "../quiz-question.js";
