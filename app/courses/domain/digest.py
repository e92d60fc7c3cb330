"""The name of a revision: what was published, in 64 digits.

**`v1` never changes.** Stored revisions, certificates and answers point at digests that were
computed this way; a different canonical form is a `v2` beside it.
"""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal

from app.courses.domain.delivery import Course
from app.courses.domain.keys import CourseKeys
from app.courses.domain.parsing import ParsedCourse
from app.courses.domain.svg import digest_of


def digest(parsed: ParsedCourse) -> str:
    """The digest of a course without problems; the order of its files makes no difference."""
    if parsed.course is None or parsed.keys is None:
        raise ValueError("A course with problems has no digest.")
    media = {name: digest_of(data) for name, data in parsed.media.items()}
    return digest_of_documents(parsed.course, parsed.keys, media)


def digest_of_documents(course: Course, keys: CourseKeys, media: Mapping[str, str]) -> str:
    """The digest of a course's two documents and of its drawings, given by file name → digest."""
    document = {
        "delivery": course.model_dump(),
        "keys": keys.model_dump(),
        "media": dict(media),
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
