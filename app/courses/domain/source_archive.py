"""The files of which a revision is made: their digest, and the zip in which they are stored.

Drawings are not in the zip, nor will photographs be: they are stored once, by digest, for all revisions that
show them. The zip names them in MEDIA_LIST instead, in the form that `sha256sum --check` reads.
"""

import hashlib
import io
import json
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

LARGEST_SOURCE: Final = 64_000_000
"""How many bytes the files of a zip may have together: twice as many as a course. More is no source."""
MEDIA_FOLDER: Final = "media/"
MEDIA_LIST: Final = "media.sha256"
ERRATA: Final = "errata.yaml"
_MEDIA_LINE: Final = re.compile(r"([0-9a-f]{64})  (media/[^/\\]+)")
_PATH: Final = re.compile(r"(?:[a-z]+/)?[^/\\\0]+")
_UNREADABLE: Final = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError),
    *(KeyError, ValueError, RuntimeError),
)
"""What `zipfile` raises for bytes that are no whole zip. RuntimeError: a file is said to be encrypted, or is
packed in a way that is not implemented."""
_OLDEST: Final = (1980, 1, 1, 0, 0, 0)
"""The date of each file in the zip, so that the same files make the same zip."""


class DamagedSource(Exception):
    """A stored zip cannot be read as the source of a course."""


@dataclass(frozen=True)
class CourseSource:
    """The files of a course by their path: `texts` with their bytes, `media` with the digest of theirs."""

    texts: Mapping[str, bytes]
    media: Mapping[str, str]

    @property
    def digest(self) -> str:
        """Return the digest of format 2, “v2:” and 64 digits, which names what is published.

        It is over each path and what the parser reads there: a text without byte order mark, with `\\n` at
        the end of lines and each accented letter as one character, or the digest of a drawing. A newer
        renderer does not change it. Errata are no part of it: they correct revisions that are published,
        and make no new one.

        **It never changes.** Stored revisions are named by it; a different canonical form is a `v3`.
        """
        contents = {
            path: hashlib.sha256(as_read(data)).hexdigest()
            for path, data in self.texts.items()
            if path != ERRATA
        }
        canonical = json.dumps(
            contents | dict(self.media), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return "v2:" + hashlib.sha256(canonical.encode()).hexdigest()


def source_of(files: Mapping[str, bytes], paths: Iterable[str]) -> CourseSource:
    """Return the source that these files of a folder make; other files of it are no part of the course."""
    wanted = {path: files[path] for path in sorted(paths)}
    return CourseSource(
        {path: data for path, data in wanted.items() if not path.startswith(MEDIA_FOLDER)},
        {
            path: hashlib.sha256(data).hexdigest()
            for path, data in wanted.items()
            if path.startswith(MEDIA_FOLDER)
        },
    )


def as_read(data: bytes) -> bytes:
    """Return the bytes of a text as the parser reads them."""
    text = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    # What is no UTF-8 is never published; a damaged source has a digest all the same.
    letters = text.decode(errors="surrogateescape")
    return unicodedata.normalize("NFC", letters).encode(errors="surrogateescape")


def packed(source: CourseSource) -> bytes:
    """Return the zip that stores a source. The same source makes the same bytes."""
    listed = "".join(f"{digest}  {path}\n" for path, digest in sorted(source.media.items()))
    members = {**source.texts, MEDIA_LIST: listed.encode()}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(members):
            entry = zipfile.ZipInfo(path, _OLDEST)
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # on every system as on Unix
            archive.writestr(entry, members[path], zipfile.ZIP_DEFLATED, 9)
    return target.getvalue()


def unpacked(data: bytes) -> CourseSource:
    """Return the source that a zip stores; raise DamagedSource. No path leads out of the course's folder."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > LARGEST_SOURCE:
                raise DamagedSource("The zip with the files of the course is too large to be one.")
            members = {entry.filename: archive.read(entry) for entry in entries}
        listed = members.pop(MEDIA_LIST).decode()
    except _UNREADABLE as bad:
        raise DamagedSource("The zip with the files of the course cannot be read.") from bad
    media = {}
    for line in listed.splitlines():
        match = _MEDIA_LINE.fullmatch(line)
        if match is None:
            raise DamagedSource(f"{MEDIA_LIST} in the zip has a line that names no file.")
        media[match[2]] = match[1]
    for path in (*members, *media):
        if not _PATH.fullmatch(path) or path.rpartition("/")[2] in (".", ".."):
            raise DamagedSource("The zip has a file outside the course’s folder.")
    return CourseSource(members, media)
