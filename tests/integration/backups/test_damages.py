"""Whatever is changed in the file of a backup is noticed before it is used."""

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


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.deep)])
def test_random_damage_is_told(backup, tmp_path, count):
    chance = random.Random(count)  # noqa: S311 - damage, not secrets
    path = tmp_path / "damaged"
    for number in range(count):
        damage = DAMAGES[number % len(DAMAGES)]
        assert is_refused(path, damage(backup, chance)), (number, damage.__name__)


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
    """Whoever makes a backup of their own cannot sign it, whatever key they name."""
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
    with pytest.raises(BackupProblem, match="cannot be read: No such file"):
        proved_manifest(tmp_path / "none", KEYS)
