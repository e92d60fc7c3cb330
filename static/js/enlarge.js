// Gives every figure a button that opens its picture in a dialog, which is loaded when it is first wanted.

function buttonFor(words, figure, drawn, caption) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words;
  button.addEventListener("click", async () => {
    const dialog = await import("./picture-dialog.js").catch(() => null);
    if (dialog) dialog.open(drawn, caption, figure.querySelector(".legend"));
    else document.dispatchEvent(new CustomEvent("unreachable"));
  });
  return button;
}

// The link to the drawing's own page becomes a button: it leads nowhere else any more.
function attachDrawn(figure, link) {
  const caption = figure.querySelector("figcaption").textContent.trim();
  const button = buttonFor(link.textContent, figure, figure.querySelector(".drawing"), caption);
  button.className = link.className;
  button.id = link.id;
  button.setAttribute("aria-labelledby", link.getAttribute("aria-labelledby"));
  link.replaceWith(button);
}

// Drawings bring their words along; only pictures of earlier revisions need those of scripts.
async function attachImage(figure, image) {
  const { word } = await import("./words.js");
  const caption = figure.querySelector("figcaption")?.firstChild?.textContent.trim() || image.alt;
  const button = buttonFor(word("enlarge"), figure, image, caption);
  button.className = "button button-quiet button-small enlarge-image";
  button.setAttribute("aria-label", word("enlarge-which", { caption }));
  image.after(button);
}

export function attach(text) {
  for (const figure of text.querySelectorAll("figure.figure")) {
    const link = figure.querySelector("a.enlarge");
    const image = figure.querySelector("img");
    if (link) attachDrawn(figure, link);
    else if (image) attachImage(figure, image);
  }
}
