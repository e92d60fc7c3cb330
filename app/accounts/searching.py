"""The office's list of people: searched, narrowed, sorted, in pages or whole for an export."""

from functools import cache

from sqlalchemy import Integer, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.actor import Role
from app.accounts.domain import AccountState, PeopleSort
from app.accounts.models import User
from app.accounts.queries import PERSON, USER, Person, person_from
from app.db.paging import PAGE_SIZE, Page, page_of
from app.db.prepared import KEPT_ROWS, Prepared

MOST_EXPORTED = 20_000
SORTS = {
    PeopleSort.name: (USER.name, USER.id),
    PeopleSort.name_down: (USER.name.desc(), USER.id),
    PeopleSort.since: (USER.created_at, USER.id),
    PeopleSort.since_down: (USER.created_at.desc(), USER.id),
}
STATES = {
    AccountState.open: USER.disabled_at.is_(None) & USER.confirmed_at.is_not(None),
    AccountState.unconfirmed: USER.disabled_at.is_(None) & USER.confirmed_at.is_(None),
    AccountState.closed: USER.disabled_at.is_not(None),
}


def search_people(
    db: Session,
    *,
    text: str = "",
    role: Role | None = None,
    state: AccountState | None = None,
    sort: PeopleSort = PeopleSort.name,
    number: int = 1,
) -> Page[Person]:
    """Return one page of the people whose name or address contains the text, by name or as asked."""
    skipped = (number - 1) * PAGE_SIZE
    if text:
        matching = _matching(PERSON, text, role, state).order_by(*SORTS[sort])
        total = db.scalar(_matching(select(func.count(USER.id)), text, role, state)) or 0
        found = [
            person_from(user) for user in db.execute(matching.limit(PAGE_SIZE).offset(skipped))
        ]
    else:
        counted, listed = _lists(role, state, sort)
        total = counted.one_or_none(db)[0]
        found = listed.all(db, most=PAGE_SIZE, skipped=skipped)
    return page_of(found, number=number, total=total)


@cache
def _lists(
    role: Role | None, state: AccountState | None, sort: PeopleSort
) -> tuple[Prepared, Prepared]:
    """Return what counts and what lists everybody in a role and a state; there are few of these."""
    listed = _matching(PERSON, "", role, state).order_by(*SORTS[sort])
    return (
        Prepared(_matching(select(func.count(USER.id)), "", role, state)),
        Prepared(
            listed.limit(bindparam("most", type_=Integer())).offset(
                bindparam("skipped", type_=Integer())
            ),
            person_from,
            kept=KEPT_ROWS,
        ),
    )


def all_people(
    db: Session,
    *,
    text: str = "",
    role: Role | None = None,
    state: AccountState | None = None,
) -> tuple[Person, ...]:
    """Return everybody who matches, for an export."""
    matching = _matching(PERSON, text, role, state)
    rows = db.execute(matching.order_by(USER.name, USER.id).limit(MOST_EXPORTED))
    return tuple(person_from(user) for user in rows)


def _matching(  # type: ignore[no-untyped-def] # of rows or of a count
    query, text: str, role: Role | None, state: AccountState | None
):
    if text:
        query = query.where(
            or_(
                User.name.icontains(text, autoescape=True),
                User.email.icontains(text, autoescape=True),
            )
        )
    if role is not None:
        holds = {
            Role.student: User.is_student,
            Role.instructor: User.is_instructor,
            Role.admin: User.is_admin,
        }
        query = query.where(holds[role])
    return query if state is None else query.where(STATES[state])
