"""An academy in which everything that people type is one word without a break."""

from typing import Final

from sqlalchemy import func, literal, select, update

from app.accounts.models import Group, User
from app.assessments.models import Assessment
from app.audit.models import AuditEvent
from app.db.base import Base, table_of
from app.db.database import Database
from app.db.search_texts import searched_tables, write_search_texts
from app.enquiries.models import Enquiry
from app.enrolments.models import Enrolment, IntakeRow
from app.practicals.models import PracticalRow, Seat

LONGEST: Final = 300
WORD: Final = "Wolfeschlegelsteinhausenbergerdorff"
"""The words begin with it, so that a search finds them all."""
TYPED: Final[tuple[tuple[type[Base], tuple[str, ...]], ...]] = (
    (User, ("name", "certificate_name", "profession", "registration_number")),
    (PracticalRow, ("title", "room", "note")),
    (IntakeRow, ("title",)),
    (Enquiry, ("name", "message", "note")),
    (Enrolment, ("note", "reason")),
    (Seat, ("reason",)),
    (Assessment, ("comment",)),
    (AuditEvent, ("reason",)),
)
AS_LONG_AS_A_FIELD: Final = {
    "email": 254,
    "title": 120,
    "name": 200,
    "room": 200,
    "profession": 120,
}
"""Fields that take no 300 letters."""


def a_long_word(length: int = LONGEST) -> str:
    return (WORD * (length // len(WORD) + 1))[:length]


def lengthen(database: Database, *, but_addresses: tuple[str, ...]) -> None:
    """Replace what stands in these columns. People with these addresses stay as they are: they sign in."""
    with database.write() as db:
        for model, names in TYPED:
            table = table_of(model)
            for name in names:
                word = a_long_word(AS_LONG_AS_A_FIELD.get(name, LONGEST))
                typed = update(table).where(table.c[name].is_not(None))
                if model is User:
                    typed = typed.where(table.c.email.not_in(but_addresses))
                db.execute(typed.values({name: word}))
        groups, users, enquiries = table_of(Group), table_of(User), table_of(Enquiry)
        number = func.substr(groups.c.id, -12)
        db.execute(update(groups).values(name=literal(a_long_word(100)).concat(number)))
        host = f"@{'x' * 60}.{'y' * 60}.{'z' * 40}.example"
        local = literal("w" * 50).concat(func.substr(users.c.id, -12))
        others = users.c.email.not_in(but_addresses)
        db.execute(update(users).where(others).values(email=local.concat(host)))
        db.execute(update(enquiries).values(email="w" * 60 + host))
        for searched in searched_tables():
            row_id = table_of(searched.model).c.id
            ids = list(db.scalars(select(row_id)))
            write_search_texts(db, searched, ids)
