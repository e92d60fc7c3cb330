"""Sixty names, typed in six ways, are found and sorted alike in every list, on both databases."""

from collections.abc import Callable

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.domain import PeopleSort
from app.accounts.models import User
from app.accounts.people_search import all_people, search_people
from app.certificates.models import Certificate
from app.certificates.queries import issued
from app.db.base import table_of
from app.db.search_texts import holds_words, outdated_rows, searched_tables
from app.enquiries.models import Enquiry
from app.enquiries.queries import EnquiryFilter, enquiries
from app.enrolments.admin_queries import intake_page
from app.jobs import fill_in_search_texts
from app.kit.actor import Actor
from app.practicals.queries.admin_lists import ListedDays, ListFilters, board
from app.reports.students import Part, ResultsQuery, students
from tests.make import NOW
from tests.make.certificates import a_certificate, an_earner
from tests.make.enquiries import an_enquiry
from tests.make.keys import ISSUER
from tests.make.learning import a_published_course
from tests.make.people import a_user
from tests.make.places import a_place_in, an_intake
from tests.make.practicals import a_practical
from tests.make.typed_names import PLAIN, ways_of_typing

List = Callable[[str], set[str]]
"""Returns the names that a list shows for what somebody typed."""


def people(db: Session) -> tuple[Actor, ...]:
    return tuple(
        a_user(db, name, email=f"p{number}@example.org") for number, name in enumerate(PLAIN)
    )


def list_of_people(db: Session, admin: Actor) -> List:
    people(db)
    return lambda typed: {person.name for person in search_people(db, text=typed).rows}


def export_of_people(db: Session, admin: Actor) -> List:
    people(db)
    return lambda typed: {person.name for person in all_people(db, text=typed)}


def list_of_enquiries(db: Session, admin: Actor) -> List:
    for name in PLAIN:
        an_enquiry(db, name=name)
    return lambda typed: {
        row.name for row in enquiries(db, admin, which=EnquiryFilter.all, text=typed, number=1).rows
    }


def list_of_certificates(db: Session, admin: Actor) -> List:
    """One certificate takes each name in turn: the others would say nothing more."""
    certificate = db.get_one(Certificate, a_certificate(db, an_earner(db)))

    def names(typed: str) -> set[str]:
        matching = set()
        for name in PLAIN:
            certificate.holder_name = name
            db.flush()
            if issued(db, ISSUER.keys, search=typed, number=1).rows:
                matching.add(name)
        return matching

    return names


def people_of_an_intake(db: Session, admin: Actor) -> List:
    revision_id = a_published_course(db).revision_id
    intake_id = an_intake(db)
    for person in people(db):
        a_place_in(db, intake_id, person.user_id, revision_id)
    return lambda typed: {
        row.name
        for row in intake_page(
            db, admin, intake_id, shown="confirmed", number=1, text=typed
        ).rows.rows
    }


def list_of_results(db: Session, admin: Actor) -> List:
    people_of_an_intake(db, admin)
    return lambda typed: {
        row.name
        for row in students(
            db, admin, ResultsQuery("small-course", (), text=typed), Part.page, number=1
        )
    }


LISTS = (
    list_of_people,
    export_of_people,
    list_of_enquiries,
    people_of_an_intake,
    list_of_results,
)


@pytest.fixture
def admin(database):
    with database.write() as db:
        return a_user(db, "Zz Zz", email="zz@example.org", roles=("admin",))


@pytest.mark.parametrize("make_list", LISTS)
def test_each_name_is_found_in_each_way_of_typing(database, admin, make_list):
    with database.write() as db:
        names_for = make_list(db, admin)
        for name in PLAIN:
            for typed in ways_of_typing(name):
                assert name in names_for(typed), (name, typed)
        assert names_for("Élodie Ávila") == {"Élodie Ávila"}
        assert names_for("elodie muller") == set()


def test_certificates_are_found_by_every_way_of_typing(database, admin):
    with database.write() as db:
        names_for = list_of_certificates(db, admin)
        for name in ("Élodie Ávila", "Ciara O’Brien", "İpek Işık"):
            for typed in ways_of_typing(name):
                assert names_for(typed) == {name}


@pytest.mark.parametrize(
    ("typed", "total"),
    [
        *(("cafe elan", 1), ("ROOM 2", 1), ("st johns", 1), ("john's elan", 1)),
        ("cafe nowhere", 0),
    ],
)
def test_practicals_are_found_by_their_place(database, typed, total):
    with database.write() as db:
        a_practical(db, room="Café Élan, Room 2, St. John’s Road")
        narrowed = ListFilters(text=typed)
        page = board(db, ListedDays.coming, narrowed, zone="Europe/London", number=1, now=NOW)
    assert page.total == total


def test_lists_are_sorted_alike_by_bytes(database, admin):
    """Names with accents stand beside those without, on both databases."""
    some = [
        "Zoe Zuma",
        "Élodie Ávila",
        "Łukasz Nowak",
        "Ørsted Holm",
        "van der Berg",
        "Elodie Zuma",
    ]
    expected = [
        *("Élodie Ávila", "Elodie Zuma", "Łukasz Nowak"),
        *("Ørsted Holm", "van der Berg", "Zoe Zuma"),
    ]
    with database.write() as db:
        for name in some:
            a_user(db, name, roles=("instructor",))
        listed = [person.name for person in search_people(db).rows if person.name != "Zz Zz"]
        down = [person.name for person in search_people(db, sort=PeopleSort.name_down).rows]
        assert listed == expected
        assert [name for name in down if name != "Zz Zz"] == expected[::-1]
        assert [person.name for person in accounts.instructors(db)] == expected


@pytest.mark.parametrize("typed", ["word " * 200, "?!…", "\u0301", "\u200b", "%", "_", "x" * 2000])
def test_strange_searches_are_answered_calmly(database, admin, typed):
    with database.write() as db:
        a_user(db, "Sam Student")
        an_enquiry(db)
        assert search_people(db, text=typed).total == 0
        listed = enquiries(db, admin, which=EnquiryFilter.all, text=typed, number=1)
        assert listed.total == 0


def test_what_an_older_version_wrote_is_filled_in(database):
    """It writes names without search texts, and changes names beside search texts that stay."""
    with database.write() as db:
        an_enquiry(db)
        sam, ann = a_user(db, "Sam Student"), a_user(db, "Ann Lee")
        users = table_of(User)
        db.execute(
            update(users).where(users.c.id == sam.user_id).values(search_text=None, sort_key=None)
        )
        db.execute(update(users).where(users.c.id == ann.user_id).values(name="Élodie Ávila"))
        db.execute(update(table_of(Enquiry)).values(search_text="of before"))
        assert search_people(db, text="elodie").total == 0
    fill_in_search_texts(database)
    with database.read() as db:
        assert search_people(db, text="elodie").total == 1
        assert search_people(db, text="sam").total == 1
        assert db.query(Enquiry).where(holds_words(Enquiry.search_text, "vera")).count() == 1
        assert all(not outdated_rows(db, searched) for searched in searched_tables())
