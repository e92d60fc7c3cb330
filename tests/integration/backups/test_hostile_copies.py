"""Even a person with the signing key cannot do harm with the content of a copy."""

import io
import json
import tarfile
from dataclasses import asdict
from pathlib import Path

import pytest

from app.backups import archive
from app.backups.archive import FORMAT, BackupProblem, proved_manifest, unpack
from tests.make import NOW
from tests.make.backups import (
    KEYS,
)

Member = tuple[tarfile.TarInfo, bytes]


def member(name: str, data: bytes = b"x", kind: bytes = tarfile.REGTYPE, link: str = "") -> Member:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    info.size = len(data) if kind == tarfile.REGTYPE else 0
    return info, data


class TestHostileArchives:
    """Even a person with the signing key cannot write outside the work folder."""

    @pytest.mark.parametrize(
        "members",
        [
            [member("../out")],
            [member("files/../../out")],
            [member("/tmp/preceptor-out")],  # noqa: S108 - never written
            [member("files//etc")],
            [member("files/a", kind=tarfile.SYMTYPE, link="/etc/passwd")],
            [member("files/a", kind=tarfile.LNKTYPE, link="../../out")],
            [member("files/a", kind=tarfile.SYMTYPE, link=".."), member("files/a/out")],
            [member("files/a", kind=tarfile.CHRTYPE)],
            [member("files/a", kind=tarfile.FIFOTYPE)],
            [member("files", kind=tarfile.DIRTYPE)],
            [member("files/a"), member("files/a")],
            [member("other")],
            [member("manifest.json", b"{}")],
            [member("database/a")],
            [],
        ],
    )
    def test_a_member_that_no_backup_has(self, tmp_path, members):
        copy = pack_members(tmp_path, [manifest_member(), *members])
        folder = tmp_path / "work" / "inner"
        folder.mkdir(parents=True)
        with pytest.raises(BackupProblem, match=r"\.$"):
            unpack(copy, folder, KEYS.signing)
        outside = {path.name for path in tmp_path.rglob("*") if folder not in path.parents}
        assert outside == {"hostile.backup", "work", "inner"}
        assert not any(path.is_symlink() for path in tmp_path.rglob("*"))

    def test_a_member_that_unpacks_to_more_than_was_said(self, tmp_path, monkeypatch):
        monkeypatch.setattr(archive, "_SLACK", 1000)
        bomb = member("files/bomb", bytes(10_000_000))
        copy = pack_members(tmp_path, [manifest_member(), member("database"), bomb])
        assert copy.stat().st_size < 50_000
        folder = tmp_path / "work"
        folder.mkdir()
        with pytest.raises(BackupProblem, match="holds what no backup holds"):
            unpack(copy, folder, KEYS.signing)
        assert not (folder / "files" / "bomb").exists()

    @pytest.mark.parametrize(
        "first",
        [
            member("manifest.json", b"not json"),
            member("manifest.json", b"[]"),
            member("manifest.json", json.dumps({"format": 1}).encode()),
            member("manifest.json", json.dumps({"format": 1, "signing_keys": 5}).encode()),
            member("manifest.json", b"{" + b" " * 3_000_000 + b"}"),
            member("manifest.json", kind=tarfile.SYMTYPE, link="/etc/passwd"),
            member("database"),
        ],
    )
    def test_a_manifest_that_is_none(self, tmp_path, first):
        copy = pack_members(tmp_path, [first])
        with pytest.raises(BackupProblem, match="is damaged"):
            proved_manifest(copy, KEYS.signing)

    def test_what_a_later_version_added_to_the_manifest_is_passed_over(self, tmp_path):
        copy = pack_members(tmp_path, [manifest_member(new_field="x"), member("database")])
        assert proved_manifest(copy, KEYS.signing).academy == "https://a.example"


def manifest_member(**more: object) -> Member:
    manifest = archive.Manifest(
        FORMAT, "1", NOW.isoformat(), "https://a.example", "sqlite", "1", (), (), 1, 9
    )
    return member("manifest.json", json.dumps(asdict(manifest) | more).encode())


def pack_members(folder: Path, members: list[Member]) -> Path:
    """Sign an archive with any members, as `write_archive` would."""
    copy = folder / "hostile.backup"
    unfinished = io.BytesIO()
    with tarfile.open(fileobj=unfinished, mode="w:gz") as packed:
        for info, data in members:
            packed.addfile(info, io.BytesIO(data))
    content = archive.FIRST_LINE + unfinished.getvalue()
    digest = archive.sha256(content).hexdigest()
    signature = KEYS.signing.sign(archive._SIGNED + digest.encode())
    value = archive.b64encode(signature.value).decode()
    copy.write_bytes(content + f"\nSHA256 {digest} {signature.key_id} {value}\n".encode())
    return copy
