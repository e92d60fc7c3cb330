// A print button; it is `hidden` until there is a script to answer it.

const PATIENCE_MS = 5000;

export function attach(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await Promise.race([allPictures(), new Promise((done) => setTimeout(done, PATIENCE_MS))]);
    window.print();
  });
}

// A picture far below the window is fetched when it comes near; on paper it would be an empty frame.
function allPictures() {
  const missing = [...document.images].filter((picture) => !picture.complete);
  return Promise.all(missing.map(ready));
}

function ready(picture) {
  picture.loading = "eager";
  return picture.decode().catch(() => {}); // one that cannot be shown keeps nobody from printing
}
