"""`preceptor verify`, and the signing of what was issued before certificates were signed."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.backups.archive import is_backup
from app.cli import keys
from app.cli.backups import verify_backup
from app.cli.common import AsJson, fail, now_of, open_database, read_settings

if TYPE_CHECKING:
    from app.certificates.file_check import FileCheck

app = typer.Typer()

NOT_LOOKED_UP = (
    "Whether it was revoked could not be looked up, because the database does not answer. Ask on "
    "the academy's page."
)
TAKE_IT_FROM_THERE = (
    "Anybody can write such a list in any name: it proves something only if you fetched it yourself from "
    "the academy's own address."
)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A certificate as a PDF, or a backup.")],
    keys_file: Annotated[
        Path | None,
        typer.Option(
            "--keys",
            help="The academy's list of keys, from /.well-known/preceptor-certificate-keys.json. "
            "Without it the keys and the database of this installation are asked.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a certificate or a backup. Exit 0: it is valid; 1: it is not, and the answer says why; 2: it
    could not be checked.

    A PDF must be a certificate of the academy, unchanged and not revoked. A backup is read back whole:
    into a scratch database, migrated and audited.
    """
    if is_backup(file):
        verify_backup(file, as_json=as_json)
        return
    content = _read(file)
    checked, notes = _by_list(content, keys_file) if keys_file else _by_installation(content)
    is_valid = str(checked.status) == "valid"
    if as_json:
        print(json.dumps(_as_json(checked, notes), ensure_ascii=False))
    else:
        heading = {"valid": "Valid.", "revoked": "Revoked.", "not_valid": "Not valid."}
        said = (str(checked.words),) if checked.said else ()
        print(" ".join(filter(None, (heading[checked.status], str(checked.why or "")))))
        for line in (*said, *notes):
            print("".join(letter if letter.isprintable() else "?" for letter in line))
    raise SystemExit(0 if is_valid else 1)


@keys.app.command("sign-earlier")
def sign_earlier() -> None:
    """Sign certificates that an earlier version issued after the upgrade had begun, or that an upgrade which
    was cut off has left unsigned. Look at each number: it is marked as signed later."""
    from app import key_files
    from app.certificates import late_signing
    from app.kit.actor import SystemActor

    with open_database() as (settings, database):
        ring = key_files.load(settings).signing
        with database.write() as db:
            done = late_signing.sign_earlier(
                db, SystemActor.command_line, ring, now=now_of(settings)
            )
    print("\n".join((*done.sentences, *done.signed)) or "Every certificate is signed.")


def _read(file: Path) -> bytes:
    from app.certificates.pdf_signature import MOST_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}.", code=2)


def _by_list(content: bytes, keys_file: Path) -> tuple["FileCheck", tuple[str, ...]]:
    """Check with a published list of keys, without any settings or database."""
    from app.certificates import file_check as certificates_file_check
    from app.certificates import key_list

    try:
        with keys_file.open("rb") as opened:
            listed_keys = key_list.read_list(opened.read(key_list.MOST_BYTES + 1))
    except OSError as error:
        fail(f"{keys_file} cannot be read: {error.strerror}.", code=2)
    except key_list.NotPublished as problem:
        fail(f"{keys_file} cannot be used. {problem}", code=2)
    checked = certificates_file_check.checked_file(content, listed_keys.keys)
    as_of = f"{listed_keys.as_of:%d %B %Y, %H:%M} UTC".lstrip("0")
    notes = (
        f"By the keys and revocations that {listed_keys.issuer} published on {as_of}, as {keys_file} says.",
        TAKE_IT_FROM_THERE,
    )
    revoked_at = listed_keys.revoked_at(checked.serial) if checked.said else None
    return (certificates_file_check.revoked(checked, revoked_at) if revoked_at else checked), notes


def _by_installation(content: bytes) -> tuple["FileCheck", tuple[str, ...]]:
    """Check with the keys of this installation, and look up the status in its database."""
    from sqlalchemy.exc import SQLAlchemyError

    from app import key_files
    from app.certificates import file_check as certificates_file_check
    from app.certificates import queries
    from app.db.database import Database, DatabaseBusy

    settings = read_settings()
    ring = key_files.load(settings).signing
    checked = certificates_file_check.checked_file(content, ring)
    if not checked.said:
        return checked, ()
    database = Database(settings.database_url, pool_size=1)
    try:
        with database.read() as db:
            certificate = queries.verification(db, checked.serial, ring)
    except (SQLAlchemyError, DatabaseBusy):
        return checked, (NOT_LOOKED_UP,)
    finally:
        database.close()
    if certificate is None:
        return certificates_file_check.with_status(checked, None, None), ()
    return certificates_file_check.with_status(
        checked, certificate.status, certificate.revoked_at
    ), ()


def _as_json(checked: "FileCheck", notes: tuple[str, ...]) -> dict[str, object]:
    said = checked.said
    return {
        "status": str(checked.status),
        "why": str(checked.why) if checked.why else None,
        "serial": checked.serial or None,
        "name": said["holder"]["name"] if said else None,
        "course": said["title"] if said else None,
        "issued_on": said["issued_on"] if said else None,
        "revoked_at": checked.revoked_at.isoformat() if checked.revoked_at else None,
        "signed_with": checked.signed_with or None,
        "file_signed_with": checked.file_signed_with or None,
        "notes": list(notes),
    }
