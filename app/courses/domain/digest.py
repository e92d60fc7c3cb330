"""The name of a revision: what was published, in 64 digits.

**`v1` never changes.** Stored revisions, certificates and answers point at digests that were
computed this way; a different canonical form is a `v2` beside it.
"""

import hashlib
import json
from decimal import Decimal

from app.courses.domain.drawing import digest_of
from app.courses.domain.parsing import Parsed


def digest(parsed: Parsed) -> str:
    """The digest of a course without problems; the order of its files makes no difference."""
    if parsed.course is None or parsed.keys is None:
        raise ValueError("A course with problems has no digest.")
    document = {
        "delivery": parsed.course.model_dump(),
        "keys": parsed.keys.model_dump(),
        "media": {name: digest_of(data) for name, data in parsed.media.items()},
    }
    canonical = json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_canonical
    )
    return "v1:" + hashlib.sha256(canonical.encode()).hexdigest()


def _canonical(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Decimal):
        return str(value)
    raise AssertionError(f"{type(value).__name__} has no canonical form")
