// A print button; it is `hidden` until there is a script to answer it.

export function attach(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
