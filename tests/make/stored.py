"""Course documents as earlier versions stored them: `tests/fixtures/stored/<course>-<date>`.

They are never made anew. Each version of the code must read them, with the same digest.
"""

import gzip
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.courses.domain.delivery import Course
from app.courses.domain.keys import CourseKeys

STORED = Path(__file__).parent.parent / "fixtures" / "stored"


@dataclass(frozen=True)
class StoredCourse:
    """The two documents of a revision, as text and as read, and the digest they were published with."""

    delivery: str
    keys: str
    digest: str
    format_number: int
    course: Course
    answer_keys: CourseKeys


@cache
def stored_course(name: str) -> StoredCourse:
    folder = STORED / name
    delivery, keys = (
        gzip.decompress((folder / f"{part}.json.gz").read_bytes()).decode()
        for part in ("delivery", "keys")
    )
    digest = (folder / "digest.txt").read_text().strip()
    return StoredCourse(
        delivery,
        keys,
        digest,
        int(digest.partition(":")[0].removeprefix("v")),
        Course.model_validate_json(delivery),
        CourseKeys.model_validate_json(keys),
    )
