// Shows the chosen theme at once; the form still has to be saved to keep it.

const THEMES = ["auto", "light", "dark"];

export function attach(element) {
  element.addEventListener("change", (event) => {
    if (event.target.name === "theme" && THEMES.includes(event.target.value)) {
      document.documentElement.dataset.theme = event.target.value;
    }
  });
}
