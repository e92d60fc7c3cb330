"""The words of a question, as pages show them."""


def split_stem(html: str) -> tuple[str, str]:
    """Return the first paragraph of a question without its tags, and what follows it.

    The question is the heading of its page and its legend, which may hold words but no paragraphs and
    no drawing.
    """
    first, closing, rest = html.strip().partition("</p>")
    if not closing or not first.startswith("<p>"):
        return "", html
    return first.removeprefix("<p>"), rest.strip()
