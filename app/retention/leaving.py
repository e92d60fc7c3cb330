"""Deletes the personal data of people whose account was closed and can no longer be opened again.

It handles a few people at a time: first what others typed about them, then their own rows. If a
sweep is interrupted in between, the next one starts with the same people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import String, case, cast, delete, exists, false, func, null, or_, select, update
from sqlalchemy.orm import Session

from app.db.database import Database
from app.db.search_texts import write_search_texts_of
from app.kit.leaving import LEAVING, LEFT_ADDRESS, NAME_OF_WHO_LEFT
from app.retention.endings import (
    Columns,
    closed_before,
    name_is_evidence,
    name_is_over,
    table,
)
from app.retention.mentions import Mentions, may_hold, take_out

PEOPLE_AT_ONCE: Final = 5
"""Few, because every reason and note is searched for their names."""
OWN: Final = {
    "group_members": "user_id",
    "known_networks": "user_id",
    "kept_forms": "user_id",
    "life_support_proofs": "user_id",
    "mailed_links": "user_id",
    "passkeys": "user_id",
    "pending_sign_ins": "user_id",
    "recovery_codes": "user_id",
    "sign_ins": "user_id",
    "api_tokens": "user_id",
    "totp_factors": "user_id",
}
"""Tables in which the person's rows are deleted together with the account's data; there are only a
few rows in each."""

WORDS_OF_THE_ACADEMY: Final = (
    ("groups", "name"),
    ("intakes", "title"),
    ("practicals", "title"),
    ("practicals", "room"),
    ("course_revisions", "delivery"),
)


@dataclass(frozen=True, slots=True)
class Leaver:
    """A person who left, with their names."""

    user_id: UUID
    name: str
    email: str
    certificate_name: str | None


def empty_accounts(database: Database, *, now: datetime) -> int:
    """Delete the personal data of some people whose accounts were closed long ago. Return the
    number of people, or None if nobody is left."""
    with database.read() as db:
        users = table("users").c
        people = _leavers(db, users.id.in_(_due(now)))
        mentions = _mentions(db, people)
    if not people or not take_out(database, mentions):
        return 0
    with database.write() as db:
        return _empty(db, [person.user_id for person in people], now=now)


def empty_names(database: Database, *, now: datetime) -> int:
    """Delete the names of some people who left and whose name no certificate or report needs any
    more."""
    with database.read() as db:
        people = _leavers(db, name_is_over(table("users").c, now - LEAVING))
        mentions = _mentions(db, people)
    if not people or not take_out(database, mentions):
        return 0
    users = table("users").c
    ids = [person.user_id for person in people]
    with database.write() as db:
        emptied = db.execute(
            update(table("users"))
            .where(users.id.in_(ids), name_is_over(users, now - LEAVING))
            .values(name=NAME_OF_WHO_LEFT, certificate_name=null())
            .returning(users.id)
        ).scalars()
        people_emptied = emptied.all()
        write_search_texts_of(db, "users", people_emptied)
        return len(people_emptied)


def _due(now: datetime) -> Any:
    users = table("users").c
    return closed_before(now - LEAVING).where(users.emptied_at.is_(None))


def _leavers(db: Session, condition: Any) -> list[Leaver]:
    users = table("users").c
    rows = db.execute(
        select(users.id, users.name, users.email, users.certificate_name)
        .where(condition)
        .order_by(users.id)
        .limit(PEOPLE_AT_ONCE)
    )
    return [Leaver(*row) for row in rows]


def _mentions(db: Session, people: Sequence[Leaver]) -> Mentions:
    """Return the names of these people. A name is left out if somebody else has it, if it is part
    of another person's name, or if the academy uses it: removing it would change what was written
    about others."""
    if not people:
        return Mentions(())
    names = {name for person in people for name in (person.name, person.certificate_name) if name}
    names.discard(NAME_OF_WHO_LEFT)
    addresses = {person.email for person in people if not person.email.endswith(LEFT_ADDRESS)}
    users = table("users").c
    others = db.scalars(
        select(users.name).where(
            users.id.not_in([person.user_id for person in people]),
            or_(false(), *(may_hold(users.name, name) for name in sorted(names))),
        )
    )
    borne = [other.casefold() for other in others]
    own = {name for name in names if not any(name.casefold() in other for other in borne)}
    return Mentions(tuple(sorted(own - _of_the_academy(db, sorted(own)) | addresses)))


def _of_the_academy(db: Session, names: Sequence[str]) -> set[str]:
    """Return those names that also occur in titles of the academy. Somebody may have called
    themselves “Level One”; without this, every notice about the course of that name would lose its
    title."""
    if not names:
        return set()
    may_stand = (
        or_(
            *(
                exists().where(table(owner).c[column].icontains(name, autoescape=True))
                for owner, column in WORDS_OF_THE_ACADEMY
            )
        )
        for name in names
    )
    row = db.execute(select(*may_stand)).one()
    likely = (name for name, is_likely in zip(names, row, strict=True) if is_likely)
    return {name for name in likely if _is_said(db, name)}


def _is_said(db: Session, name: str) -> bool:
    """Return whether a text contains a name as whole words: “clinical limits” does not contain “Al
    Li”."""
    pattern = Mentions((name,)).pattern
    return any(
        pattern.search(text)
        for owner, column in WORDS_OF_THE_ACADEMY
        for text in db.scalars(
            select(table(owner).c[column]).where(
                table(owner).c[column].icontains(name, autoescape=True)
            )
        ).all()
    )


def _empty(db: Session, ids: Sequence[UUID], *, now: datetime) -> int:
    """Clear the rows of these people and delete what is only theirs. People whose account was
    opened again in the meantime are skipped."""
    users = table("users").c
    people = db.scalars(
        select(users.id)
        .where(users.id.in_(ids), users.id.in_(_due(now)))
        .order_by(users.id)
        .with_for_update(key_share=True)
    ).all()
    for name, column in OWN.items():
        db.execute(delete(table(name)).where(table(name).c[column].in_(people)))
    db.execute(
        update(table("users")).where(users.id.in_(people)).values(**_emptied(users, now=now))
    )
    write_search_texts_of(db, "users", people)
    return len(people)


def _emptied(users: Columns, *, now: datetime) -> dict[str, Any]:
    """Return the new values for the row of a person who left. The name is kept if it is evidence."""
    stays = name_is_evidence(users, now)
    return {
        "emptied_at": now,
        "name": case((stays, users.name), else_=NAME_OF_WHO_LEFT),
        "certificate_name": case((stays, users.certificate_name), else_=null()),
        "email": func.replace(cast(users.id, String), "-", "") + LEFT_ADDRESS,
        "password_hash": null(),
        "is_medical": null(),
        "profession": null(),
        "registration_number": null(),
        "address_before": null(),
        "address_before_confirmed_at": null(),
        "phone": null(),
        "emergency_name": null(),
        "emergency_phone": null(),
        "emergency_relation": null(),
        "access_needs_sealed": null(),
        "life_support_until": null(),
        "second_factor_since": null(),
        "theme": "auto",
        "language": null(),
    }
