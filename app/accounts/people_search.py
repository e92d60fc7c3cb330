"""The office's list of people: searched, filtered, sorted, by page or complete for an export."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.domain import AccountState, PeopleSort
from app.accounts.queries import PERSON, USER, Person, person_from
from app.db.paging import PAGE_SIZE, Page, page_of
from app.db.prepared import MOST_ROWS, Prepared
from app.db.search_texts import holds_words
from app.kit.actor import Role

MOST_EXPORTED = 20_000
FEW = PAGE_SIZE * 10
SORTS = {
    PeopleSort.name: (USER.sort_key, USER.id),
    PeopleSort.name_down: (USER.sort_key.desc(), USER.id),
    PeopleSort.since: (USER.created_at, USER.id),
    PeopleSort.since_down: (USER.created_at.desc(), USER.id),
}
STATES = {
    AccountState.open: USER.disabled_at.is_(None) & USER.confirmed_at.is_not(None),
    AccountState.unconfirmed: USER.disabled_at.is_(None) & USER.confirmed_at.is_(None),
    AccountState.closed: USER.disabled_at.is_not(None),
}

MOST_LISTS = 64
"""More than there are roles, states and orders to combine."""


def search_people(
    db: Session,
    *,
    text: str = "",
    role: Role | None = None,
    state: AccountState | None = None,
    sort: PeopleSort = PeopleSort.name,
    number: int = 1,
) -> Page[Person]:
    """Return one page of the people whose names or address have every word of the text, sorted by name by
    default."""
    skipped = (number - 1) * PAGE_SIZE
    if text:
        holds = holds_words(USER.search_text, text)
        counting = _narrowed(select(func.count(USER.id)), role, state).where(holds)
        total = db.scalar(counting) or 0
        matching = _narrowed(PERSON, role, state).where(holds)
        matching = matching.order_by(*_order(sort, few=total <= FEW))
        page = matching.limit(PAGE_SIZE).offset(skipped)
        listed_people = [person_from(user) for user in db.execute(page)] if total else []
    else:
        counted, listed = _lists(role, state, sort)
        total = counted.one_or_none(db)[0]
        listed_people = listed.all(db, skipped=skipped)
    return page_of(listed_people, number=number, total=total)


@lru_cache(MOST_LISTS)
def _lists(
    role: Role | None, state: AccountState | None, sort: PeopleSort
) -> tuple[Prepared, Prepared]:
    """Return the statements that count and list everyone with a role and state. There are only a
    few, so they are cached."""
    listed = _narrowed(PERSON, role, state).order_by(*SORTS[sort])
    return (
        Prepared(_narrowed(select(func.count(USER.id)), role, state)),
        Prepared(
            listed.limit(PAGE_SIZE).offset(bindparam("skipped", type_=Integer())),
            person_from,
            most_kept=MOST_ROWS,
        ),
    )


def find_people(
    db: Session,
    *,
    text: str,
    email: str | None,
    most: int,
    only: ColumnElement[bool] | None = None,
) -> Page[Person]:
    """Return the first people whose names or address have every word of the text, in one statement: the one
    with the address `email` first, those with a closed account last. `only` limits whom it looks through."""
    holds = holds_words(USER.search_text, text)
    is_exact = USER.email == email
    query = PERSON.add_columns(func.count().over().label("total"))
    query = query.where(holds if email is None else or_(is_exact, holds))
    if only is not None:
        query = query.where(only)
    order = [USER.disabled_at.is_not(None), USER.sort_key, USER.id]
    if email is not None:
        order.insert(0, case((is_exact, 0), else_=1))
    rows = db.execute(query.order_by(*order).limit(most)).all()
    total = rows[0].total if rows else 0
    return Page(tuple(person_from(row) for row in rows), 1, total, most)


def all_people(
    db: Session,
    *,
    text: str = "",
    role: Role | None = None,
    state: AccountState | None = None,
) -> tuple[Person, ...]:
    """Return everyone who matches, for an export."""
    matching = _narrowed(PERSON, role, state)
    if text:
        matching = matching.where(holds_words(USER.search_text, text))
    rows = db.execute(matching.order_by(USER.sort_key, USER.id).limit(MOST_EXPORTED))
    return tuple(person_from(user) for user in rows)


def _order(sort: PeopleSort, *, few: bool) -> tuple[ColumnElement[Any], ...]:
    """Return the order of a search. The few matches are sorted after they are found: reading
    everyone in index order would read the whole table out of order."""
    first, *rest = SORTS[sort]
    if few and sort in (PeopleSort.name, PeopleSort.name_down):
        plain = USER.sort_key.concat("")
        return (plain if sort is PeopleSort.name else plain.desc(), *rest)
    return (first, *rest)


def _narrowed(query: Any, role: Role | None, state: AccountState | None) -> Any:
    """Filter rows, or a count of rows, by role and state."""
    if role is not None:
        holds = {
            Role.student: USER.is_student,
            Role.instructor: USER.is_instructor,
            Role.admin: USER.is_admin,
        }
        query = query.where(holds[role])
    return query if state is None else query.where(STATES[state])
