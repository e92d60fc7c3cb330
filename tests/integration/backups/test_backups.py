"""A backup while the academy is used, its proof, and the way back, on both databases."""

import json
import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import func, select, update

from app.accounts.factors import queries as factor_queries
from app.accounts.factors import resets
from app.accounts.factors.models import FactorReset
from app.accounts.models import ApiToken, SignIn, User
from app.backups import archive, copies
from app.backups.archive import BackupProblem, proved_manifest
from app.backups.copies import check_backup, make_backup, restore_backup
from app.backups.keep_rule import KeepRule
from app.backups.postgres_programs import program_path
from app.backups.sqlite_file import LEFTOVERS
from app.db.database import sqlite_module
from app.enrolments import service as enrolments
from app.enrolments.models import Enrolment
from app.kit.keys import SIGNING, Keys, SealingKeys, SigningKeys, new_line
from app.kit.stored_reasons import HELD_BACK
from app.outbox import service as outbox
from app.outbox.models import OutboxEvent
from app.practicals.domain.seats import SeatState
from app.practicals.models import PracticalRow, Seat
from tests.make import NOW
from tests.make.backups import KEYS
from tests.make.factors import an_app_factor
from tests.make.facts import a_waiting_fact
from tests.make.mails import an_invitation_mail
from tests.make.patience import until
from tests.make.people import a_user
from tests.make.practicals import a_practical, a_ready_student, a_seat, an_intake


class TestThereAndBack:
    def test_what_was_there_comes_back_with_its_files(self, live):
        backup = live.back_up()
        live.add_people(3)
        (live.folder / "files" / "paper.pdf").write_bytes(b"changed")
        done = restore_backup(live.settings, KEYS, backup, now=NOW)
        assert (live.people(), done.broken) == (1, [])
        assert (live.folder / "files" / "paper.pdf").read_bytes() == b"a paper"
        assert done.aside is not None

    def test_everything_that_was_committed_before_is_in_it_while_others_write(self, live):
        stop, written = Event(), []

        def go_on_writing() -> None:
            with live.open() as database:
                while not stop.is_set():
                    with database.write() as db:
                        user = a_user(db).user_id
                    written.append((user, time.monotonic()))

        writers = [Thread(target=go_on_writing) for _ in range(3)]
        for writer in writers:
            writer.start()
        until(lambda: len(written) >= 30, "thirty writes", every=0.01)
        begun = time.monotonic()
        try:
            backup = live.back_up()
        finally:
            stop.set()
            for writer in writers:
                writer.join()
        assert check_backup(live.settings, KEYS, backup, now=NOW).broken == []
        restore_backup(live.settings, KEYS, backup, now=NOW)
        with live.open() as database, database.read() as db:
            there = set(db.scalars(select(User.id)))
        assert {user for user, at in written if at < begun} <= there
        assert len(written) > 30

    def test_no_mail_is_sent_and_everybody_signs_in_anew(self, live):
        with live.open() as database, database.write() as db:
            user = a_user(db)
            mail = outbox.send_to_address(db, "a@example.org", an_invitation_mail(), now=NOW)
            a_waiting_fact(db)
            for model, times in (
                (SignIn, ("seen_at", "idle_ends_at", "proved_at")),
                (ApiToken, ()),
            ):
                values = {"id": mail, "token_hash": b"h" * 32, "user_id": user.user_id}
                values |= dict.fromkeys(("created_at", "ends_at", *times), NOW)
                if model is SignIn:
                    values |= {"device": "d", "network": "n"}
                db.add(model(**values))
        done = restore_backup(live.settings, KEYS, live.back_up(), now=NOW)
        assert done.held_mails == 1
        with live.open() as database, database.read() as db:
            held = db.scalars(select(OutboxEvent).where(OutboxEvent.id == mail)).one()
            assert (held.dead_at, held.last_error) == (NOW, HELD_BACK.text)
            waiting = select(OutboxEvent.name).where(OutboxEvent.dead_at.is_(None))
            assert db.scalars(waiting).all() == ["quiz.submitted"]
            assert db.scalars(select(SignIn)).all() == []
            assert db.scalars(select(ApiToken.revoked_at)).all() == [NOW]

    def test_a_mail_that_follows_from_what_waited_in_the_copy_waits_too(self, live):
        """The copy holds a place that has ended, but not yet the mail about it. After the copy was
        made the worker sent that mail."""
        with live.open() as database, database.write() as db:
            admin, intake = a_user(db, "Ada", roles=("admin",)), an_intake(db, taken=1)
            student = a_ready_student(db, "Leila", intake_id=intake)
            seat = a_seat(db, a_practical(db), student.user_id)
            place = db.scalars(
                select(Enrolment.id).where(Enrolment.user_id == student.user_id)
            ).one()
            enrolments.cancel_place(db, admin, place, reason="Refunded", now=NOW)
        done = restore_backup(live.settings, KEYS, live.back_up(), now=NOW)
        with live.open() as database, database.read() as db:
            mails = db.scalars(select(OutboxEvent).where(OutboxEvent.name == "mail")).all()
            assert {mail.payload["template"] for mail in mails} == {
                "enrolments/cancelled",
                "rights/ended",
            }
            assert {(mail.dead_at, mail.last_error) for mail in mails} == {(NOW, HELD_BACK.text)}
            assert done.held_mails == len(mails)
            assert db.get_one(Seat, seat).state is SeatState.cancelled_by_admin

    def test_a_reset_that_its_owner_stopped_after_the_copy_does_not_come_back(self, live):
        """The link that stops it ends with the copy, so the reset must end too."""
        with live.open() as database, database.write() as db:
            owner, admin = a_user(db), a_user(db, "Ada", roles=("admin",))
            an_app_factor(db, owner)
            resets.start_reset(db, admin, owner.user_id, reason="Lost", now=NOW)
        backup = live.back_up()
        with live.open() as database, database.write() as db:
            resets.stop_own(db, owner, now=NOW)
        restore_backup(live.settings, KEYS, backup, now=NOW)
        with live.open() as database, database.read() as db:
            assert factor_queries.due_resets(db, now=NOW + timedelta(days=2)) == []
            assert db.scalars(select(FactorReset.stopped_at)).all() == [NOW]
            assert db.get_one(User, owner.user_id).second_factor_since == NOW

    def test_a_database_in_use_is_refused_and_nothing_changes(self, live):
        backup = live.back_up()
        live.add_people()
        with live.open() as database, database.read() as db:
            db.scalar(select(func.count()).select_from(User))
            with pytest.raises(BackupProblem, match="The database is in use"):
                restore_backup(live.settings, KEYS, backup, now=NOW)
        assert live.people() == 2
        assert not [path for path in live.folder.rglob("*") if "scratch" in path.name]

    def test_a_backup_of_another_address_is_refused_until_that_is_said(self, live):
        backup = live.back_up()
        moved = live.settings.model_copy(update={"base_url": "https://new.example"})
        with pytest.raises(BackupProblem, match="--moved-from http://testserver"):
            restore_backup(moved, KEYS, backup, now=NOW)
        done = restore_backup(moved, KEYS, backup, moved_from="http://testserver", now=NOW)
        assert done.broken == []

    def test_a_broken_invariant_is_told_by_the_proof(self, live):
        with live.open() as database, database.write() as db:
            practical_id = a_practical(db)
            db.execute(update(PracticalRow).where(PracticalRow.id == practical_id).values(taken=1))
        broken = check_backup(live.settings, KEYS, live.back_up(), now=NOW).broken
        assert str(practical_id) in " ".join(broken)


class TestRefusals:
    def test_a_file_that_is_there_is_not_overwritten(self, live):
        (live.folder / "one.backup").write_text("mine")
        with pytest.raises(BackupProblem, match="is there already"):
            live.back_up()
        assert (live.folder / "one.backup").read_text() == "mine"

    def test_a_folder_that_is_not_there_is_named(self, live):
        with pytest.raises(BackupProblem, match="There is no folder"):
            live.back_up("none/one.backup")

    def test_the_second_of_two_backups_at_once_is_refused(self, live):
        with copies._alone_in(live.folder), pytest.raises(BackupProblem, match="Another backup"):
            live.back_up()
        assert live.back_up().exists()

    def test_a_newer_version_and_a_wrong_kind_are_refused(self, live, monkeypatch):
        backup = live.back_up()
        monkeypatch.setattr(copies, "is_known", lambda _schema: False)
        with pytest.raises(BackupProblem, match="newer than this one"):
            check_backup(live.settings, KEYS, backup, now=NOW)
        monkeypatch.undo()
        monkeypatch.setattr(copies, "proved_manifest", other_kind)
        with pytest.raises(BackupProblem, match="This is a copy of other"):
            check_backup(live.settings, KEYS, backup, now=NOW)

    def test_keys_that_are_missing_are_named(self, live):
        backup = live.back_up()
        stranger = SigningKeys.read(new_line(SIGNING, on=NOW.date()).written())
        with pytest.raises(BackupProblem, match=f"signed with the key {KEYS.signing.newest_id}"):
            check_backup(live.settings, Keys(stranger, KEYS.sealing), backup, now=NOW)
        newest = KEYS.sealing.newest_id
        only = SealingKeys(newest, {newest: KEYS.sealing.secrets[newest]})
        with pytest.raises(BackupProblem, match="which PRECEPTOR_SEALING_KEYS lacks"):
            check_backup(live.settings, Keys(KEYS.signing, only), backup, now=NOW)

    def test_a_disk_without_space_is_one_sentence_and_leaves_nothing(self, live, monkeypatch):
        def full(*_anything: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(copies, "write_archive", full)
        with pytest.raises(BackupProblem, match="The disk refused: No space left on device"):
            live.back_up()
        assert not (live.folder / "one.backup").exists()
        assert not [path for path in live.folder.iterdir() if "copy" in path.name]

    def test_no_key_is_in_a_backup(self, live):
        folder = live.folder / "unpacked"
        folder.mkdir()
        archive.unpack(live.back_up(), folder, KEYS.signing)
        secret = KEYS.sealing.secrets[KEYS.sealing.newest_id]
        private = KEYS.signing.newest_private.private_bytes_raw()
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert files != []
        for path in files:
            assert secret not in path.read_bytes()
            assert private not in path.read_bytes()


def other_kind(path: Path, keys: SigningKeys) -> archive.Manifest:
    return replace(proved_manifest(path, keys), database="other")


class TestSqlite:
    """What only SQLite has."""

    @pytest.mark.parametrize("live", ["sqlite"], indirect=True)
    def test_leftovers_of_another_database_are_removed(self, live):
        """O4: SQLite applies any log beside its file to the database, also one of another database."""
        file = live.folder / "data" / "academy.db"
        backup = live.back_up()
        log = file.with_name(f"{file.name}-wal")
        with live.open() as database:
            with database.write() as db:
                a_user(db)
            killed = log.read_bytes()
        file.unlink()
        for leftover in LEFTOVERS:
            file.with_name(file.name + leftover).write_bytes(b"of another database" * 300)
        log.write_bytes(killed)
        assert restore_backup(live.settings, KEYS, backup, now=NOW).aside is None
        assert live.people() == 1
        assert live.run_here("audit").code == 0

    @pytest.mark.parametrize("live", ["sqlite"], indirect=True)
    def test_what_is_put_aside_is_whole_although_the_server_was_killed(self, live):
        """The latest writes are still in the log beside the file, so both are put aside together."""
        file = live.folder / "data" / "academy.db"
        backup = live.back_up()
        with live.open() as database:
            with database.write() as db:
                a_user(db)
            killed = {
                leftover: file.with_name(file.name + leftover).read_bytes()
                for leftover in ("", "-wal")
            }
        for leftover, content in killed.items():
            file.with_name(file.name + leftover).write_bytes(content)
        aside = restore_backup(live.settings, KEYS, backup, now=NOW).aside
        assert aside is not None
        with closing(sqlite_module().connect(aside)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("SELECT count(*) FROM users").fetchall() == [(2,)]
        assert live.people() == 1

    @pytest.mark.parametrize("live", ["sqlite"], indirect=True)
    def test_a_damaged_file_is_put_aside_with_what_lies_beside_it(self, live):
        """All of the damaged database is kept as evidence, and none of it gets into the restored
        copy (O4)."""
        file = live.folder / "data" / "academy.db"
        backup = live.back_up()
        file.write_bytes(b"no database any more" * 500)
        log = file.with_name(f"{file.name}-wal")
        log.write_bytes(b"a log" * 1000)
        aside = restore_backup(live.settings, KEYS, backup, now=NOW).aside
        assert aside is not None
        assert Path(aside).read_bytes() == b"no database any more" * 500
        assert Path(f"{aside}-wal").read_bytes() == b"a log" * 1000
        assert live.people() == 1


class TestKeeping:
    def test_the_rule_removes_what_it_does_not_keep_and_nothing_else(self, live):
        place = live.folder / "copies"
        place.mkdir()
        (place / "mine.txt").write_text("mine")
        for days in (0, 1, 2):
            now = NOW + timedelta(days=days)
            rule = KeepRule(daily=2, weekly=0, monthly=0)
            backup = make_backup(live.settings, KEYS, place, now=now, keep=rule)
        assert backup.removed == (NOW.strftime(copies.NAME),)
        assert sorted(path.suffix for path in place.glob("[!.]*")) == [
            ".backup",
            ".backup",
            ".txt",
        ]


class TestTheCommand:
    def test_backup_and_restore_in_words(self, live):
        path = str(live.folder / "one.backup")
        backup = live.run_here("backup", path)
        assert (backup.code, backup.complained) == (0, "")
        proved = live.run_here("verify", path)
        assert (proved.code, proved.complained) == (0, "")
        assert "It can be restored." in proved.said
        again = live.run_here("backup", path)
        assert again.code == 1
        assert again.complained.count("\n") == 1
        restored = live.run_here("restore", path)
        assert (restored.code, restored.complained) == (0, "")
        assert "Every invariant holds." in restored.said

    def test_what_was_closed_to_others_stays_closed(self, live):
        """A restored database gets the permissions of the old one whatever the shell's umask,
        because it holds the same personal data."""
        path = live.back_up()
        places = [live.folder / "files", Path(live.settings.database_url.rpartition("://")[2])]
        places = [place for place in places if place.exists()]
        for place in places:
            place.chmod(0o700 if place.is_dir() else 0o600)
        assert live.run_here("restore", path).code == 0
        assert [place.stat().st_mode & 0o077 for place in places] == [0] * len(places)

    def test_a_damaged_one_is_told_as_not_valid(self, live):
        path = live.back_up()
        path.write_bytes(path.read_bytes()[:-40])
        told = live.run_here("verify", path, "--json")
        assert told.code == 1
        assert json.loads(told.said)["valid"] is False
        assert "not whole" in json.loads(told.said)["reason"]


def test_a_missing_program_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("app.backups.postgres_programs._PROGRAM_FOLDERS", tmp_path)
    with pytest.raises(BackupProblem, match="pg_dump is not on the path"):
        program_path("pg_dump", 18)
