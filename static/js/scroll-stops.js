// A table that is wider than its place is a stop of the Tab key, so that arrows scroll it; one that fits is none.
// Without scripts each is one.

export function watch(regions) {
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const region = target.closest(".table-scroll");
      if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
      else region.removeAttribute("tabindex");
    }
  });
  for (const region of regions) {
    sizes.observe(region);
    for (const table of region.children) sizes.observe(table);
  }
}
