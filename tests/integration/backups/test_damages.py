"""Every change of a backup file is detected before the file is used."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from app.backups.archive import FORMAT, BackupProblem, Manifest, proved_manifest, write_archive
from app.kit.keys import SIGNING, SigningKeys, new_line
from tests.make import NOW
from tests.make.keys import signing_keys

KEYS = signing_keys()
MANIFEST = Manifest(
    FORMAT, "1", NOW.isoformat(), "https://a.example", "sqlite", "1", ("k",), ("k",), 1, 9
)


@pytest.fixture(scope="module")
def backup(tmp_path_factory) -> bytes:
    folder = tmp_path_factory.mktemp("backup")
    database = folder / "database"
    content = random.Random(1).randbytes(40_000)  # noqa: S311 - as above
    database.write_bytes(content + b"text " * 8_000)
    with (folder / "made").open("wb") as file:
        write_archive(file, MANIFEST, database, [("paper.pdf", database)], KEYS)
    return (folder / "made").read_bytes()


def flip(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << chance.randrange(8),)) + data[at + 1 :]


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def lose_middle(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randrange(1, 400) :]


def insert(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.randbytes(chance.randrange(1, 50)) + data[at:]


def overwrite(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    changed = data[:at] + chance.randbytes(64) + data[at + 64 :]
    return changed if changed != data else flip(data, chance)


def swap_halves(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(1, len(data) - 1)
    return data[at:] + data[:at]


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flip,
    flip,
    flip,
    cut,
    lose_middle,
    insert,
    overwrite,
    swap_halves,
)


def is_refused(path: Path, data: bytes) -> bool:
    path.write_bytes(data)
    try:
        proved_manifest(path, KEYS)
    except BackupProblem as problem:
        return str(problem).endswith(".")
    return False


def test_random_damage_is_told(backup, tmp_path):
    chance = random.Random(100)  # noqa: S311 - damage, not secrets
    path = tmp_path / "damaged"
    for number in range(100):
        damage = DAMAGES[number % len(DAMAGES)]
        assert is_refused(path, damage(backup, chance)), (number, damage.__name__)


@pytest.mark.deep
def test_a_thousand_random_damages_of_a_real_backup_are_told_by_the_command(live):
    """Bar 3."""
    content, path = live.back_up().read_bytes(), live.folder / "damaged.backup"
    chance = random.Random(1000)  # noqa: S311 - damage, not secrets
    reasons: dict[str, int] = {}
    for number in range(1000):
        damage = DAMAGES[number % len(DAMAGES)]
        path.write_bytes(damage(content, chance))
        told = live.run_here("verify", path)
        assert told.code == 1, (number, damage.__name__, told)
        assert told.complained.count("\n") == 1, told
        reasons[told.complained.partition(":")[2]] = (
            reasons.get(told.complained.partition(":")[2], 0) + 1
        )
    assert live.left_behind() == []
    print(f"1,000 damages of {len(content):,} bytes: {reasons}")


def cut_at_every_byte(path: Path) -> int:
    """Cut a file off at each byte, from its end to its beginning, and see that each is refused."""
    size = path.stat().st_size
    for end in range(size - 1, -1, -1):
        os.truncate(path, end)
        with pytest.raises(BackupProblem):
            proved_manifest(path, KEYS)
    return size


def test_a_backup_that_is_cut_off_at_any_byte_is_told(tmp_path):
    (tmp_path / "database").write_bytes(b"small" * 200)
    with (tmp_path / "cut").open("wb") as file:
        write_archive(file, MANIFEST, tmp_path / "database", [], KEYS)
    assert cut_at_every_byte(tmp_path / "cut") > 500


@pytest.mark.deep
def test_a_real_backup_that_is_cut_off_at_any_byte_is_told(live):
    print(f"cut at each of {cut_at_every_byte(live.back_up()):,} bytes")


def test_an_untouched_one_is_good(backup, tmp_path):
    path = tmp_path / "whole"
    path.write_bytes(backup)
    assert proved_manifest(path, KEYS) == MANIFEST


@pytest.mark.parametrize("at", ["first line", "last line"])
def test_every_byte_of_the_lines_that_prove_it_counts(backup, tmp_path, at):
    places = range(19) if at == "first line" else range(len(backup) - 190, len(backup))
    for place in places:
        changed = backup[:place] + bytes((backup[place] ^ 1,)) + backup[place + 1 :]
        assert is_refused(tmp_path / "damaged", changed), place


def test_another_academy_with_our_key_id_is_noticed(backup, tmp_path):
    """A forger cannot sign a backup, even one that names our key's id."""
    stranger = SigningKeys.read(new_line(SIGNING, on=NOW.date()).written())
    forger = SigningKeys(KEYS.newest_id, stranger.newest_private, KEYS.verifying)
    database = tmp_path / "database"
    database.write_bytes(b"forged")
    with (tmp_path / "forged").open("wb") as file:
        write_archive(file, MANIFEST, database, [], forger)
    with pytest.raises(BackupProblem, match="its signature is not genuine"):
        proved_manifest(tmp_path / "forged", KEYS)


@pytest.mark.parametrize("data", [b"", b"\n", b"PRECEPTOR BACKUP 1\n", b"%PDF-1.7\n" * 40])
def test_what_is_no_backup_is_told_so(tmp_path, data):
    assert is_refused(tmp_path / "other", data)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BackupProblem, match=r"There is no file .*none"):
        proved_manifest(tmp_path / "none", KEYS)
