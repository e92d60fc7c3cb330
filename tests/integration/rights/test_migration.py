"""Seats of the earlier version keep the requirements that an admin waived: the migration reads them
from the audit trail."""

from sqlalchemy import select, update

from app.audit.models import AuditEvent
from app.db.database import Database
from app.db.migrate import downgrade, upgrade
from app.kit.actor import Actor
from app.practicals import service
from app.practicals.models import Seat
from tests.make import NOW
from tests.make.people import a_user
from tests.make.practicals import a_practical, a_ready_student


def test_an_old_seat_learns_what_was_waived(sqlite_database: Database) -> None:
    database = sqlite_database
    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
        day = a_practical(db, capacity=1)
        ready = a_ready_student(db, "Rita Ready")
        guests = [a_user(db, "Guest"), ready]
        seat_ids = [_reserved(db, admin, day, guest) for guest in guests]
        # An entry that our code did not write is skipped.
        db.execute(
            update(AuditEvent)
            .where(AuditEvent.action == "practicals.made")
            .values(action="practicals.reserved", details={})
        )
    downgrade(database, "20261126_0010")
    upgrade(database)
    with database.read() as db:
        waived = dict(db.execute(select(Seat.id, Seat.waived)).all())
    assert waived == {seat_ids[0]: "no_place", seat_ids[1]: None}


def _reserved(db, admin: Actor, day, guest: Actor):  # type: ignore[no-untyped-def] # a step of the test
    return service.reserve_seat(
        db, admin, day, guest.user_id, reason="Observer", override=True, now=NOW
    )
