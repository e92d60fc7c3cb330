"""What reads differently on purpose since the academy of 20261129_0200 was written down."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """`was` became `now` on every page whose path (or every mail whose template) matches `where`, because of
    `why`. All are regular expressions; `where` matches as a whole."""

    why: str
    where: str
    was: str
    now: str

    def applied(self, path: str, text: str) -> str:
        """Return the text of a page or mail of that version as it is meant to read now."""
        if not re.fullmatch(self.where, path):
            return text
        return re.sub(self.was, self.now, text)


INTENDED: tuple[Difference, ...] = ()
