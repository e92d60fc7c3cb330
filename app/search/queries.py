"""Runs a search: for each kind that a person may find, the first hits and the number of all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import or_
from sqlalchemy.orm import Session

from app.accounts import taught_students
from app.accounts.people_search import find_people
from app.certificates.queries import find_certificates
from app.certificates.signing import KnownKeys
from app.enquiries.queries import find_enquiries
from app.enrolments.intake_search import find_intakes
from app.kit.actor import Actor, require
from app.kit.messages import Message, msg, msgs
from app.practicals.queries import practical_search
from app.practicals.queries.admin_lists import ListedDays
from app.search import policy, rows
from app.search.domain import (
    MOST_ROWS,
    Findable,
    ListLink,
    SearchGroup,
    TypedSearch,
    in_order,
    read_search,
)
from app.search.policy import Reach


@dataclass(frozen=True, slots=True)
class SearchResults:
    """What was typed, the kinds that this person may find, and the groups that have hits."""

    typed: TypedSearch = field(repr=False)
    kinds: tuple[Findable, ...]
    groups: tuple[SearchGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class Searching:
    """A search under way: who looks for what, and what the rows need."""

    db: Session
    actor: Actor
    typed: TypedSearch
    keys: KnownKeys
    zone: str
    now: datetime


def search(
    db: Session, actor: Actor, typed: str, keys: KnownKeys, *, zone: str, now: datetime
) -> SearchResults:
    """Return what a person finds, in at most seven statements. A text without a letter or a number finds
    nothing, without a statement."""
    require(policy.may_search(actor))
    reach = policy.reach_of(actor)
    searching = Searching(db, actor, read_search(typed), keys, zone, now)
    if not searching.typed.can_be_found:
        return SearchResults(searching.typed, tuple(reach))
    groups = [FINDERS[kind, reach[kind]](searching) for kind in reach]
    return SearchResults(searching.typed, tuple(reach), in_order(groups))


def _people(searching: Searching) -> SearchGroup:
    typed = searching.typed
    page = find_people(searching.db, text=typed.text, email=typed.email, most=MOST_ROWS)
    return SearchGroup(
        Findable.people,
        tuple(rows.person_row(person, typed) for person in page.rows),
        page.total,
        (_list(msg("See all in People"), "/admin/people", q=typed.text),),
    )


def _taught_people(searching: Searching) -> SearchGroup:
    """Return the students of an instructor's practicals and groups, in three statements."""
    db, typed, instructor_id = searching.db, searching.typed, searching.actor.user_id
    page = find_people(
        db,
        text=typed.text,
        email=typed.email,
        most=MOST_ROWS,
        only=or_(
            taught_students.is_in_group_of(instructor_id),
            practical_search.has_place_with(instructor_id),
        ),
    )
    ids = [person.user_id for person in page.rows]
    practicals = practical_search.practicals_with(db, instructor_id, ids)
    groups = taught_students.groups_with(db, instructor_id, ids)
    taught = tuple(
        rows.taught_row(
            person,
            practicals.get(person.user_id, ()),
            groups.get(person.user_id, ()),
            typed,
        )
        for person in page.rows
    )
    return SearchGroup(Findable.people, taught, page.total)


LISTS_OF_PRACTICALS: Final[dict[ListedDays, Callable[[int], Message]]] = {
    ListedDays.coming: lambda n: msgs("{n} coming", "{n} coming", n),
    ListedDays.past: lambda n: msgs("{n} past", "{n} past", n),
    ListedDays.draft: lambda n: msgs("{n} draft", "{n} drafts", n),
    ListedDays.cancelled: lambda n: msgs("{n} cancelled", "{n} cancelled", n),
}


def _practicals(searching: Searching) -> SearchGroup:
    text = searching.typed.text
    matches = practical_search.find_practicals(
        searching.db, text=text, taught_by=None, now=searching.now, most=MOST_ROWS
    )
    return SearchGroup(
        Findable.practicals,
        tuple(rows.practical_row(match, searching.now, is_taught=False) for match in matches.rows),
        matches.total,
        tuple(
            _list(LISTS_OF_PRACTICALS[shown](count), "/admin/practicals", show=shown, q=text)
            for shown, count in matches.counts.items()
        ),
    )


def _taught_practicals(searching: Searching) -> SearchGroup:
    matches = practical_search.find_practicals(
        searching.db,
        text=searching.typed.text,
        taught_by=searching.actor.user_id,
        now=searching.now,
        most=MOST_ROWS,
    )
    return SearchGroup(
        Findable.practicals,
        tuple(rows.practical_row(match, searching.now, is_taught=True) for match in matches.rows),
        matches.total,
    )


def _intakes(searching: Searching) -> SearchGroup:
    page = find_intakes(
        searching.db,
        searching.actor,
        text=searching.typed.text,
        today=searching.now.astimezone(ZoneInfo(searching.zone)).date(),
        most=MOST_ROWS,
    )
    return SearchGroup(Findable.intakes, tuple(map(rows.intake_row, page.rows)), page.total)


def _certificates(searching: Searching) -> SearchGroup:
    typed = searching.typed
    page = find_certificates(
        searching.db,
        searching.actor,
        searching.keys,
        text=typed.text,
        serial=typed.serial,
        most=MOST_ROWS,
    )
    return SearchGroup(
        Findable.certificates,
        tuple(rows.certificate_row(view, typed) for view in page.rows),
        page.total,
        (_list(msg("See all in Certificates"), "/admin/certificates", q=typed.text),),
    )


def _enquiries(searching: Searching) -> SearchGroup:
    typed = searching.typed
    page = find_enquiries(
        searching.db, searching.actor, text=typed.text, email=typed.email, most=MOST_ROWS
    )
    return SearchGroup(
        Findable.enquiries,
        tuple(rows.enquiry_row(row, typed) for row in page.rows),
        page.total,
        (_list(msg("See all in Enquiries"), "/admin/enquiries", which="all", q=typed.text),),
    )


FINDERS: Final[dict[tuple[Findable, Reach], Callable[[Searching], SearchGroup]]] = {
    (Findable.people, Reach.all): _people,
    (Findable.people, Reach.taught): _taught_people,
    (Findable.practicals, Reach.all): _practicals,
    (Findable.practicals, Reach.taught): _taught_practicals,
    (Findable.intakes, Reach.all): _intakes,
    (Findable.certificates, Reach.all): _certificates,
    (Findable.enquiries, Reach.all): _enquiries,
}


def _list(label: Message, path: str, **query: str) -> ListLink:
    return ListLink(label, f"{path}?{urlencode(query)}")
