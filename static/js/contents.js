// Marks in the contents of a lesson the part that is being read: the last heading above a third of the window.

const READ_LINE = 1 / 3;

export function attach(list) {
  const links = [...list.querySelectorAll('a[href^="#"]')];
  const headings = links.map((link) => document.getElementById(link.hash.slice(1)));
  let waiting = false;

  function mark() {
    waiting = false;
    const passed = headings.map((heading) => heading?.getBoundingClientRect().top <= innerHeight * READ_LINE);
    const now = passed.lastIndexOf(true);
    links.forEach((link, index) => {
      if (index === now) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    });
  }

  // One look per frame is enough, however often the wheel turns.
  document.addEventListener("scroll", () => {
    if (!waiting) requestAnimationFrame(mark);
    waiting = true;
  }, { passive: true });
  mark();
}
