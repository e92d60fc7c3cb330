"""Compares two wordings of one text."""

import re


def shares_nothing(old: str, new: str) -> bool:
    """Return whether two texts have no word in common, so that this is probably not just a
    correction."""
    before, after = (
        set(re.findall(r"\w+", re.sub(r"<[^>]*>", " ", html).casefold())) for html in (old, new)
    )
    return before != after and not before & after
