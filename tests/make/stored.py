"""Revisions of courses as earlier versions stored them: `tests/fixtures/stored/<course>-<date>`.

They are never made anew. Each version of the code must read them, with the same digest. A version with a new
format adds its own, made of a course's folder on the day of the release:

    .venv/bin/python -m tests.make.stored courses/mesotherapy 2026-11-30

`delivery.json.gz` and `keys.json.gz` are the documents, `digest.txt` names the revision. Since format 2 there
are `source.zip` as it is stored, and the drawings by their digest in `media`.
"""

import gzip
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import select

from app.courses.domain.delivery import Course
from app.courses.domain.keys import CourseKeys
from app.courses.domain.parsing import parse_course
from app.courses.domain.source_archive import unpacked
from app.courses.domain.stored import FORMAT
from app.courses.domain.stored_keys import read_keys
from app.courses.models import Media, Revision
from app.courses.service import publish
from app.courses.source_folder import read_folder
from app.db.database import Database
from app.db.migrate import upgrade
from app.kit.actor import SystemActor
from tests.make import NOW

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
        read_keys(keys, FORMAT),
    )


def stored_files(name: str) -> dict[str, bytes]:
    """Return the files of which a stored revision of format 2 was made."""
    folder = STORED / name
    source = unpacked((folder / "source.zip").read_bytes())
    media = {
        path: (folder / "media" / digest).read_bytes() for path, digest in source.media.items()
    }
    return {**source.texts, **media}


def main(course: Path, day: str) -> None:
    """Publish a course into an empty academy, and write what was stored."""
    key = course.name.replace("_", "-")
    with tempfile.TemporaryDirectory() as work:
        database = Database(f"sqlite:///{work}/academy.db")
        upgrade(database)
        with database.write() as db:
            publish(db, SystemActor.command_line, parse_course(key, read_folder(course)), now=NOW)
        with database.read() as db:
            row = db.scalars(select(Revision)).one()
            media = {each.digest: each.content for each in db.scalars(select(Media))}
        database.close()
    assert row.source is not None
    target = STORED / f"{key}-{day}"
    (target / "media").mkdir(parents=True)
    (target / "delivery.json.gz").write_bytes(gzip.compress(row.delivery.encode(), mtime=0))
    (target / "keys.json.gz").write_bytes(gzip.compress(row.keys.encode(), mtime=0))
    (target / "digest.txt").write_text(row.digest + "\n")
    (target / "source.zip").write_bytes(row.source)
    for digest, content in media.items():
        (target / "media" / digest).write_bytes(content)
    print(f"{target}: a source of {len(row.source):,} bytes, {len(media)} drawings")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2])
