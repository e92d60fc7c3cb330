"""Files that programs leave in a folder and that are not part of a course."""

import re
from typing import Final

_NAMES: Final = re.compile(
    r"\..*"  # .DS_Store, ._lesson.md, .git, .lesson.md.swp, .#lesson.md, .~lock.lesson.md#
    r"|.*~|~\$.*|#.*#"  # editors' copies, and a file that is open
    r"|.*\.(?:swp|swo|bak|orig|rej|tmp|part|crdownload)"
    r"|thumbs\.db(?::encryptable)?|ehthumbs\.db|desktop\.ini|icon\r|__macosx|__pycache__",
    re.IGNORECASE,
)


def is_leftover(name: str) -> bool:
    """Return whether a file or folder of this name was left by a program: the system, an editor, an
    archive or version control. Names that begin with a dot are never part of a course."""
    return _NAMES.fullmatch(name) is not None
