// The answer of a question with a number, as the API takes it: the text as it was typed.

const fieldOf = (form) => form.elements.namedItem("answer");

export function read(form) {
  return { text: fieldOf(form).value };
}

export function show(form, response) {
  fieldOf(form).value = response.text;
}
