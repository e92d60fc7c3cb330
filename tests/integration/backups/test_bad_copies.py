"""A copy that cannot be used is refused in one line, and nothing changes."""

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from app.accounts.models import User
from app.backups import archive
from app.backups.archive import FORMAT, proved_manifest, unpack, write_archive
from app.db.database import sqlite_module
from tests.make.backups import (
    DEEP_ON_POSTGRES,
    KEYS,
    Installation,
    demand_one_line,
    packed_anew,
    stranger,
    unchanged,
)
from tests.make.facts import a_stored_fact


class TestCopies:
    """`verify` and `restore` before a copy that cannot be used."""

    @pytest.mark.parametrize("word", ["verify", "restore"])
    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"schema": "99991231_0001"}, "newer than this one. Install that version first."),
            ({"format": FORMAT + 1}, "which is newer. Install the version that made it."),
            ({"database": "other"}, "This is a copy of other"),
            ({"signing_keys": ("20200101-00000000",)}, "which PRECEPTOR_SIGNING_KEYS lacks"),
            ({"sealing_keys": ("20200101-00000000",)}, "which PRECEPTOR_SEALING_KEYS lacks"),
            ({"unpacked": 10**15}, "There is too little space in"),
        ],
    )
    @DEEP_ON_POSTGRES
    def test_one_of_another_kind(self, live, word, changed, words):
        with packed_anew(live.back_up(), **changed) as pack:
            path = pack(KEYS.signing)
            with unchanged(live):
                demand_one_line(live.run_here(word, path), words)

    @pytest.mark.parametrize("word", ["verify", "restore"])
    @DEEP_ON_POSTGRES
    def test_one_that_is_cut_off_changed_or_of_another_academy(self, live, word):
        copy = live.back_up()
        content, damaged = copy.read_bytes(), live.folder / "damaged.backup"
        for data, words in (
            (content[:-1], "is not whole"),
            (content[: len(content) // 2], "is not whole"),
            (content[:10], "no backup of Preceptor"),
            (b"", "no backup of Preceptor"),
            (content[:99] + b"\0" + content[100:], "its digest is another"),
            (content[1:], "no backup of Preceptor"),
            (archive.FIRST_WORDS + b"2\n" + content[19:], "a format that is newer"),
        ):
            damaged.write_bytes(data)
            with unchanged(live):
                demand_one_line(live.run_here(word, damaged), words)
        damaged.unlink()
        with packed_anew(copy) as pack:
            path = pack(stranger())
            with unchanged(live):
                demand_one_line(live.run_here(word, path), "which is not in PRECEPTOR_SIGNING_KEYS")

    @DEEP_ON_POSTGRES
    def test_one_of_another_address(self, live):
        with packed_anew(live.back_up(), academy="https://other.example") as pack:
            path = pack(KEYS.signing)
            with unchanged(live):
                told = live.run_here("restore", path)
                demand_one_line(told, "--moved-from https://other.example")

    @pytest.mark.parametrize("word", ["verify", "restore"])
    @DEEP_ON_POSTGRES
    def test_one_that_is_not_there_or_is_a_folder(self, live, word):
        with unchanged(live):
            demand_one_line(live.run_here(word, live.folder / "none.backup"), "There is no file")
            demand_one_line(live.run_here("restore", live.folder), "Is a directory")

    @pytest.mark.parametrize("live", ["sqlite"], indirect=True)
    def test_one_whose_database_was_copied_while_others_wrote_it(self, live):
        """Negative control: a correctly packed and signed file whose database pages come from two
        moments."""
        copy = live.back_up()
        folder = live.folder / "unpacked"
        folder.mkdir()
        unpack(copy, folder, KEYS.signing)
        torn = torn_copy(live)
        path = live.folder / "torn.backup"
        with path.open("wb") as file:
            write_archive(file, proved_manifest(copy, KEYS.signing), torn, [], KEYS.signing)
        for word in ("verify", "restore"):
            with unchanged(live):
                told = live.run_here(word, path)
                demand_one_line(told, "The copy of the database", "Take another copy.")


def torn_copy(live: Installation) -> Path:
    """Copy the database file as an ordinary copy program would: the first half before many rows
    were written, the second half afterwards."""
    file, torn = live.folder / "data" / "academy.db", live.folder / "torn"
    live.add_people(400)
    settle(file)
    half = file.stat().st_size // 4096 // 2 * 4096
    first = file.read_bytes()[:half]
    with live.open() as database, database.write() as db:
        # Their pages are used again for other rows.
        db.execute(delete(User).where(User.id != db.scalar(select(func.min(User.id)))))
        for _ in range(200):
            a_stored_fact(db, "quiz.submitted", {"words": "x" * 1000})
    settle(file)
    torn.write_bytes(first + file.read_bytes()[half:])
    return torn


def settle(file: Path) -> None:
    with closing(sqlite_module().connect(str(file))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
