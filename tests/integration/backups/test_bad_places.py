"""Full disks, odd paths, and others who write to the same folder."""

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from app.backups import archive, sqlite_file
from app.backups.archive import BackupProblem, proved_manifest
from app.backups.copies import NAME, make_backup
from app.backups.keep_rule import KeepRule
from app.db.database import sqlite_module
from tests.make import NOW
from tests.make.backups import (
    DEEP_ON_POSTGRES,
    KEYS,
    Installation,
    Told,
    command,
    demand_one_line,
    listing,
    packed_anew,
    stranger,
    unchanged,
)


class TestFullDisks:
    @pytest.mark.parametrize("share", [0.1, 0.9])
    @DEEP_ON_POSTGRES
    def test_while_the_copy_is_written(self, live, share):
        whole = live.back_up("whole.backup").stat().st_size
        with unchanged(live), no_file_larger_than(int(whole * share)):
            demand_one_line(live.run_here("backup", live.folder / "new.backup"))

    @pytest.mark.parametrize("word", ["verify", "restore"])
    @DEEP_ON_POSTGRES
    def test_while_it_is_unpacked(self, live, word):
        copy = live.back_up()
        with unchanged(live), no_file_larger_than(60_000):
            demand_one_line(live.run_here(word, copy), "File too large")

    @pytest.mark.deep
    @pytest.mark.parametrize("word", ["backup", "verify", "restore"])
    @pytest.mark.parametrize("live", ["sqlite"], indirect=True)
    def test_a_disk_of_any_size(self, live, word, tmp_path):
        """From far too small to just enough: with each size the command succeeds completely or
        prints one line."""
        if os.geteuid() != 0:
            pytest.fail("This test mounts small disks: run the deep tests as root on Linux.")
        copy = live.back_up("good.backup")
        live.add_people()
        need = (live.folder / "data" / "academy.db").stat().st_size
        codes = []
        for number in range(1, 31):
            disk = tmp_path / "disk"
            with small_disk(disk, need // 1024 * number // 6) as fits:
                if not fits(live.folder / "data" / "academy.db"):
                    continue
                small = on_disk(live, disk)
                path = disk / "new.backup" if word == "backup" else copy
                with closing(Opened(small)) as opened:
                    told = small.run_here(word, path)
                    codes.append(told.code)
                    opened.demand(told, word)
        print(f"{word}: {codes.count(0)} of {len(codes)} sizes were enough")
        assert {0, 1} == set(codes)


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Let every file of this process end at a size, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def small_disk(place: Path, kilobytes: int) -> Iterator[Callable[[Path], bool]]:
    """Mount a small disk; the function that is yielded copies a file there and tells whether it fits."""
    place.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place)]
    subprocess.run(mount, check=True)

    def fits(file: Path) -> bool:
        try:
            (place / "data").mkdir()
            shutil.copy(file, place / "data" / file.name)
            shutil.copytree(file.parent.parent / "files", place / "files")
        except (OSError, shutil.Error):
            return False
        return True

    try:
        yield fits
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def on_disk(live: Installation, disk: Path) -> Installation:
    """Return the same academy with its database and files on another disk."""
    settings = live.settings.model_copy(
        update={
            "database_url": f"sqlite:///{disk / 'data' / 'academy.db'}",
            "files_url": str(disk / "files"),
        }
    )
    return Installation(settings, disk)


class Opened:
    """The content of a small disk before a command ran."""

    def __init__(self, small: Installation) -> None:
        self.small = small
        self.names = listing(small.folder)
        self.people = small.people()

    def demand(self, told: Told, word: str) -> None:
        assert self.small.left_behind() == []
        if told.code:
            demand_one_line(told)
            assert listing(self.small.folder) == self.names
            assert self.small.people() == self.people
        else:
            assert told.complained in ("", "preceptor: the database took no note of this run.\n")
            assert self.small.people() == (1 if word == "restore" else self.people)

    def close(self) -> None:
        return


class TestTwoAtOnce:
    @DEEP_ON_POSTGRES
    def test_of_many_into_one_file_one_is_made(self, live):
        target = live.folder / "same.backup"

        def back_up(_number: int) -> str:
            try:
                make_backup(live.settings, KEYS, target, now=NOW)
            except BackupProblem as problem:
                return str(problem)
            return "made"

        with ThreadPoolExecutor(4) as threads:
            told = list(threads.map(back_up, range(4)))
        assert told.count("made") == 1
        assert all(
            answer == "made" or "is there already" in answer or "Another backup" in answer
            for answer in told
        )
        assert proved_manifest(target, KEYS.signing)
        assert live.left_behind() == []

    @DEEP_ON_POSTGRES
    def test_a_file_that_appears_meanwhile_is_not_overwritten(self, live, monkeypatch):
        target = live.folder / "same.backup"
        write = archive.write_archive

        def write_late(*values: Any) -> None:
            write(*values)
            target.write_text("mine")

        monkeypatch.setattr("app.backups.copies.write_archive", write_late)
        with pytest.raises(BackupProblem, match="Nothing was overwritten"):
            make_backup(live.settings, KEYS, target, now=NOW)
        assert target.read_text() == "mine"

    @pytest.mark.deep
    def test_processes_into_one_folder(self, live):
        place = live.folder / "copies"
        place.mkdir()
        runs = [
            subprocess.Popen(
                command("backup", place, "--keep"), env=live.environment, stderr=subprocess.PIPE
            )
            for _ in range(4)
        ]
        ended = [(run.communicate()[1].decode(), run.returncode) for run in runs]
        copies_there = list(place.glob("*.backup"))
        assert 1 <= len(copies_there) <= [code for _, code in ended].count(0)
        assert all(code == 0 or said.count("\n") == 1 for said, code in ended)
        for path in copies_there:
            assert proved_manifest(path, KEYS.signing)


class TestPlaces:
    @DEEP_ON_POSTGRES
    def test_a_folder_that_cannot_be_written(self, live):
        with unchanged(live):
            told = live.run_here("backup", "/sys/kernel")
            demand_one_line(told, "Nothing can be written to /sys/kernel")

    @DEEP_ON_POSTGRES
    def test_links_are_followed_to_folders_and_never_overwritten(self, live):
        real, link = live.folder / "real", live.folder / "link"
        real.mkdir()
        link.symlink_to(real)
        assert live.run_here("backup", link).code == 0
        assert len(list(real.glob("*.backup"))) == 1
        nowhere = live.folder / "nowhere.backup"
        nowhere.symlink_to(live.folder / "none")
        demand_one_line(live.run_here("backup", nowhere), "is there already")
        assert nowhere.is_symlink()
        copy = live.folder / "linked.backup"
        copy.symlink_to(next(real.glob("*.backup")))
        assert live.run_here("verify", copy).code == 0

    @pytest.mark.parametrize("live", ["sqlite"], indirect=True)
    def test_a_database_behind_a_link_is_restored_where_it_lies(self, live):
        """SQLite keeps its log beside the file itself, not beside the link."""
        copy = live.back_up()
        data, disk = live.folder / "data", live.folder / "other disk"
        disk.mkdir()
        (data / "academy.db").rename(disk / "academy.db")
        (data / "academy.db").symlink_to(disk / "academy.db")
        live.add_people(2)
        (disk / "academy.db").unlink()
        for leftover in sqlite_file.LEFTOVERS:
            (disk / f"academy.db{leftover}").write_bytes(b"of another database" * 300)
        assert live.run_here("restore", copy).code == 0
        assert (data / "academy.db").is_symlink()
        assert live.people() == 1

    @pytest.mark.parametrize("live", ["sqlite"], indirect=True)
    @pytest.mark.parametrize("name", ["two words", "Ärzte & Söhne", "50%41#x", "a'b\"c"])
    def test_odd_letters_in_a_path(self, live, name):
        odd = live.folder / name
        odd.mkdir()
        shutil.copy(live.folder / "data" / "academy.db", odd / "academy.db")
        address = URL.create("sqlite", database=str(odd / "academy.db")).render_as_string()
        other = Installation(
            live.settings.model_copy(update={"database_url": address}), live.folder
        )
        copy = odd / "copy ü.backup"
        for words in (("backup", copy), ("verify", copy), ("restore", copy)):
            assert other.run_here(*words).code == 0, words
        assert other.people() == 1

    @pytest.mark.parametrize("live", ["sqlite"], indirect=True)
    def test_a_mistyped_database_is_not_made(self, live, tmp_path):
        """O7: only `migrate` makes a database."""
        typo = tmp_path / "typo.db"
        told = live.run_here(
            "backup", tmp_path / "new.backup", PRECEPTOR_DATABASE_URL=f"sqlite:///{typo}"
        )
        demand_one_line(told, f"There is no database at {typo}")
        assert not typo.exists()
        assert not (tmp_path / "new.backup").exists()

    @pytest.mark.parametrize("live", ["sqlite"], indirect=True)
    def test_a_database_that_was_never_migrated(self, live, tmp_path):
        with closing(sqlite_module().connect(str(tmp_path / "empty.db"))) as connection:
            connection.execute("CREATE TABLE t (a)")
        told = live.run_here(
            "backup",
            tmp_path / "new.backup",
            PRECEPTOR_DATABASE_URL=f"sqlite:///{tmp_path / 'empty.db'}",
        )
        demand_one_line(told, "was never migrated")


class TestKeeping:
    @DEEP_ON_POSTGRES
    def test_what_is_not_ours_is_neither_removed_nor_counted(self, live):
        place = live.folder / "copies"
        place.mkdir()
        good = make_backup(live.settings, KEYS, place, now=NOW).path
        later = NOW + timedelta(hours=1)
        with packed_anew(good) as pack:
            foreign = pack(stranger()).rename(place / later.strftime(NAME))
        cut = place / (NOW + timedelta(hours=2)).strftime(NAME)
        cut.write_bytes(good.read_bytes()[:-30])
        link = place / (NOW + timedelta(hours=3)).strftime(NAME)
        link.symlink_to(good)
        folder = place / (NOW + timedelta(hours=4)).strftime(NAME)
        folder.mkdir()
        backup_made = make_backup(
            live.settings, KEYS, place, now=NOW + timedelta(hours=5), keep=KeepRule(1, 0, 0)
        )
        assert backup_made.removed == (good.name,)
        there = {path.name for path in place.iterdir() if path.suffix == ".backup"}
        assert there == {backup_made.path.name, foreign.name, cut.name, link.name, folder.name}

    @DEEP_ON_POSTGRES
    def test_no_older_copy_goes_when_the_new_one_cannot_be_read_back(self, live, monkeypatch):
        place = live.folder / "copies"
        place.mkdir()
        good = make_backup(live.settings, KEYS, place, now=NOW).path
        write = archive.write_archive

        def write_badly(file: Any, *values: Any) -> None:
            write(file, *values)
            file.seek(3000)
            file.write(b"\0\0\0\0")

        monkeypatch.setattr("app.backups.copies.write_archive", write_badly)
        with pytest.raises(BackupProblem, match="its digest is another"):
            make_backup(
                live.settings, KEYS, place, now=NOW + timedelta(days=1), keep=KeepRule(1, 0, 0)
            )
        assert [path.name for path in place.glob("*.backup")] == [good.name]
