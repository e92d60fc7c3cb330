"""In which language the elements of a page say that their content is."""

from lxml import html


def languages_of(page: str, path: str) -> set[tuple[str | None, str | None]]:
    """Return `lang` and `dir` of every element of a page at a path; there is at least one."""
    elements = html.document_fromstring(page).xpath(path)
    assert elements, path
    return {(element.get("lang"), element.get("dir")) for element in elements}
