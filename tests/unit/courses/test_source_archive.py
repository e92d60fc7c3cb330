"""The zip in which the files of a revision are stored, and their digest."""

import hashlib
import io
import random
import unicodedata
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.courses.domain import source_archive
from app.courses.domain.parsing import parse_course
from app.courses.domain.source_archive import (
    MEDIA_LIST,
    CourseSource,
    DamagedSource,
    packed,
    source_of,
    unpacked,
)
from tests.make.courses import changed_course, digest_of, small_course, small_files
from tests.make.examples import EXAMPLES
from tests.make.stored import STORED, stored_course, stored_files

FORMAT_2 = sorted(path.parent.name for path in STORED.glob("*/source.zip"))


def source() -> CourseSource:
    parsed = small_course()
    assert parsed.source is not None
    return parsed.source


def zip_of(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path, data in members.items():
            archive.writestr(path, data)
    return target.getvalue()


def test_a_source_holds_every_file_as_it_is_and_names_its_drawings() -> None:
    files = small_files()
    assert source().texts == {path: files[path] for path in files if not path.startswith("media/")}
    assert source().media == {
        path: hashlib.sha256(files[path]).hexdigest() for path in files if path.startswith("media/")
    }
    assert len(source().media) == 3


@pytest.mark.parametrize("name", FORMAT_2)
def test_the_digest_of_format_2_stays_what_it_was(name: str) -> None:
    # If this fails, v2 is computed in another way: make a v3, and leave v2 as it was.
    golden = stored_course(name)
    stored = unpacked((STORED / name / "source.zip").read_bytes())
    assert stored.digest == golden.digest
    assert golden.digest.startswith("v2:")
    key = golden.course.key
    files = stored_files(name)
    assert source_of(files, files).digest == golden.digest
    assert parse_course(key, files).source == stored


def test_there_are_stored_revisions_of_format_2() -> None:
    assert {"mesotherapy-2026-11-30", "small-course-2026-11-30"} <= set(FORMAT_2)


def test_packing_is_the_same_each_time_and_loses_nothing() -> None:
    assert packed(source()) == packed(source())
    assert unpacked(packed(source())) == source()
    with zipfile.ZipFile(io.BytesIO(packed(source()))) as archive:
        assert archive.namelist() == sorted([*source().texts, MEDIA_LIST])
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        lines = archive.read(MEDIA_LIST).decode().splitlines()
    assert lines == [f"{digest}  {path}" for path, digest in sorted(source().media.items())]
    drawing = small_files()["media/skin-layers.svg"]
    assert len(packed(source())) < sum(map(len, source().texts.values()))
    assert drawing not in packed(source())


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["course.yaml", "lessons/a.md"]))
def test_any_bytes_of_a_text_come_back(data: bytes, path: str) -> None:
    given_source = CourseSource({path: data}, {})
    assert unpacked(packed(given_source)) == given_source


@pytest.mark.parametrize("ending", [b"\r\n", b"\r"])
def test_ends_of_lines_and_a_byte_order_mark_make_no_other_digest(ending: bytes) -> None:
    """The same text from another system is no edit. Its bytes are stored as they are."""
    files = {
        path: data if path.startswith("media/") else b"\xef\xbb\xbf" + data.replace(b"\n", ending)
        for path, data in small_files().items()
    }
    parsed = parse_course("small-course", files)
    assert parsed.source is not None
    assert parsed.source.texts != source().texts
    assert parsed.source.digest == source().digest
    assert parsed.course == small_course().course


def test_accents_that_another_system_writes_apart_make_no_other_digest() -> None:
    """The parser reads both forms as one character (docs/course-format.md), so this is no edit either."""
    composed = changed_course({"course.yaml": ("format: 1", "format: 1\n# Café")})
    assert composed.source is not None
    texts = {
        path: unicodedata.normalize("NFD", data.decode()).encode()
        for path, data in composed.source.texts.items()
    }
    apart = CourseSource(texts, composed.source.media)
    assert apart.texts["course.yaml"] != composed.source.texts["course.yaml"]
    assert apart.digest == composed.source.digest
    assert CourseSource({"course.yaml": b"\xff"}, {}).digest != CourseSource({}, {}).digest


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("course.yaml", "Name the layers", "Say the layers"),
        ("course.yaml", "format: 1", "format: 1\n# a note for authors"),
        ("quizzes/skin-quiz.yaml", 'tolerance: "0.01"', 'tolerance: "0.02"'),
        ("lessons/skin-vessels.md", "Press gently", "Press softly"),
        ("media/skin-layers.svg", "#a02c2c", "#a02c2d"),
    ],
)
def test_every_change_of_a_file_changes_the_digest(path: str, old: str, new: str) -> None:
    assert digest_of(changed_course({path: (old, new)})) != source().digest


def test_a_file_under_another_name_changes_the_digest() -> None:
    texts = dict(source().texts)
    texts["lessons/skin-vessel.md"] = texts.pop("lessons/skin-vessels.md")
    assert CourseSource(texts, source().media).digest != source().digest
    media = {"media/skin-layer.svg": source().media["media/skin-layers.svg"]}
    assert CourseSource(source().texts, media).digest != source().digest


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no zip",
        packed(CourseSource({"course.yaml": b"a: b\n" * 99}, {}))[:-30],
        zip_of({"course.yaml": b""}),
        zip_of({MEDIA_LIST: b"no line\n"}),
        zip_of({MEDIA_LIST: b"\xff"}),
        zip_of({MEDIA_LIST: b"0" * 64 + b"  media/../../etc.svg\n"}),
        zip_of({MEDIA_LIST: b"0" * 64 + b"  media/..\n"}),
        zip_of({MEDIA_LIST: b"", "../course.yaml": b""}),
        zip_of({MEDIA_LIST: b"", "/etc/course.yaml": b""}),
        zip_of({MEDIA_LIST: b"", "lessons/..": b""}),
        zip_of({MEDIA_LIST: b"", "a\\b": b""}),
    ],
)
def test_what_is_no_source_is_refused(data: bytes) -> None:
    with pytest.raises(DamagedSource):
        unpacked(data)


def test_a_source_with_a_changed_byte_is_refused() -> None:
    """The zip holds a checksum of each file."""
    text = b"hours: 12\n" * 3
    damaged = bytearray(zip_of({MEDIA_LIST: b"", "course.yaml": text}))
    damaged[damaged.index(text)] ^= 1
    with pytest.raises(DamagedSource):
        unpacked(bytes(damaged))


def test_bytes_that_are_changed_anywhere_are_refused_or_change_nothing() -> None:
    """A damaged row is told as one: no other exception ends the audit, a publication or an export."""
    whole, chance, refused = packed(source()), random.Random(13), 0  # noqa: S311 - not secret
    for _ in range(500):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 3))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            unpacked(bytes(damaged))
        except DamagedSource:
            refused += 1
    assert refused > 300


def test_a_file_that_is_said_to_be_encrypted_is_refused() -> None:
    damaged = bytearray(zip_of({MEDIA_LIST: b""}))
    damaged[damaged.index(b"PK\x01\x02") + 8] |= 1
    damaged[6] |= 1
    with pytest.raises(DamagedSource):
        unpacked(bytes(damaged))


def test_a_small_zip_of_endless_files_is_refused_before_it_is_unpacked(monkeypatch) -> None:
    monkeypatch.setattr(source_archive, "LARGEST_SOURCE", 1_000_000)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MEDIA_LIST, b"")
        archive.writestr("course.yaml", bytes(1_000_001))
    assert len(target.getvalue()) < 3_000
    with pytest.raises(DamagedSource, match="too large"):
        unpacked(target.getvalue())
