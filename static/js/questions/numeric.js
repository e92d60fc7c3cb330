// The answer of a question with a number, as the API takes it: the text as it was typed.

const fieldOf = (question) => question.querySelector('[name^="answer"]');

export function read(question) {
  return { text: fieldOf(question).value };
}

export function show(question, response) {
  fieldOf(question).value = response.text;
}
