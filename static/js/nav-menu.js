// While a menu of a narrow window is open, nothing behind it can be reached by Tab. It is a popover, which
// does not keep the rest of the page from the keyboard by itself.

export function attach(menu) {
  const behind = [];
  for (let part = menu; part !== document.body; part = part.parentElement) {
    behind.push(...[...part.parentElement.children].filter((other) => other !== part && !other.matches("[aria-live]")));
  }

  function close(isClosed) {
    for (const part of behind) part.inert = isClosed;
  }

  // Before it closes, because the focus goes back to the button that opened it.
  menu.addEventListener("beforetoggle", (event) => {
    if (event.newState === "closed") close(false);
  });
  menu.addEventListener("toggle", (event) => close(event.newState === "open"));
}
