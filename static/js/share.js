// A button that hands an address to the device's own way of sharing; it is `hidden` where there is none.

export function attach(button) {
  const { title, url } = button.dataset;
  const share = navigator.share?.bind(navigator);
  if (!share) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    share({ title, url }).catch(() => {}); // a person who changes their mind is no fault
  });
}
