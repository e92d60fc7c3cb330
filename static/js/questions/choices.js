// The answer of questions with options to choose from, as the API takes it: the tokens of the chosen options.

export function read(form) {
  return { options: new FormData(form).getAll("answer") };
}

export function show(form, response) {
  for (const input of form.querySelectorAll('input[name="answer"]')) input.checked = response.options.includes(input.value);
}
