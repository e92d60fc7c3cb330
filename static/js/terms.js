// Makes each term of a lesson a button that opens its definition as a popover, beside its word where the browser can
// place it. Without this, and in a browser without popovers, a term is a link that shows the same sheet.

export function attach(sheets) {
  if (!("popover" in HTMLElement.prototype)) return;
  for (const sheet of sheets.children) {
    const isOpen = sheet.matches(":target");
    sheet.popover = "auto";
    if (isOpen) sheet.showPopover();
    for (const link of document.querySelectorAll(`a.term[href="#${CSS.escape(sheet.id)}"]`)) link.replaceWith(button(link, sheet));
  }
}

function button(link, sheet) {
  const opener = document.createElement("button");
  opener.className = "term";
  opener.type = "button";
  opener.id = link.id;
  opener.popoverTargetElement = sheet;
  opener.append(...link.childNodes);
  return opener;
}
