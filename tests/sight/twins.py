"""Links and buttons with one name that lead to different places (WCAG 2.4.4)."""

from playwright.sync_api import Page

# The heads of a row and a column of a table belong to the name, and so do the item of a list around it and
# the name of its group, which is said before its first button. What stays on the page is left out.
TWINS = """() => {
  const OWN = ["csrf_token", "idempotency_key"];
  const words = (element) => element?.textContent ?? "";
  const spoken = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE || node.ariaHidden === "true") return "";
    if (node.localName === "svg") return words(node.querySelector("title"));
    if (node.ariaLabel) return node.ariaLabel;
    return node.localName === "img" ? node.alt : [...node.childNodes].map(spoken).join(" ");
  };
  const name = (control) => {
    const labels = control.getAttribute("aria-labelledby")?.split(" ");
    const said = labels ? labels.map((id) => words(document.getElementById(id))).join(" ") : spoken(control);
    return said.replace(/\\s+/g, " ").trim();
  };
  const heads = (control) => {
    const cell = control.closest("td, th"), table = cell?.closest("table");
    const group = control.closest("[role=group]")?.ariaLabel;
    if (!cell) return [group, words(control.closest("li"))].join(" ").trim();
    const column = table.querySelector("thead tr")?.cells[cell.cellIndex];
    return [table.caption, cell.parentElement.querySelector("th"), column].map(words).join(" ");
  };
  const leads = (control) => {
    if (control.localName === "a") return control.href.replace(/[?&]next=[^&]*/, "");
    if (control.type !== "submit" || !control.form) {
      return control.getAttribute("popovertarget") ?? control.getAttribute("aria-controls") ?? "";
    }
    const hidden = [...control.form.querySelectorAll("input[type=hidden]")];
    const sent = hidden.filter((field) => !OWN.includes(field.name)).map((field) => field.name + field.value);
    return [control.formAction, control.name, control.value, ...sent].join(" ");
  };
  const page = (address) => address?.split("#")[0];
  const places = new Map();
  for (const control of document.querySelectorAll("a[href], button")) {
    if (!control.checkVisibility() || page(control.href) === page(location.href)) continue;
    const key = `${control.localName} “${name(control)}” ${heads(control)}`;
    places.set(key, (places.get(key) ?? new Set()).add(leads(control)));
  }
  return [...places].filter(([, where]) => where.size > 1)
    .map(([key, where]) => `${key.trim()} leads to ${[...where].slice(0, 3).join(" and ")}`);
}"""


def twins(page: Page) -> list[str]:
    """No two links or buttons of one name lead to different places."""
    names: list[str] = page.evaluate(TWINS)
    return [f"one name: {each}" for each in names]
