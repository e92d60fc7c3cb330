"""Sixty names, typed in six ways, are found and sorted alike in every list, on both databases."""

import os
import re
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
from app.conversations.staff_queries import InboxFilter, inbox
from app.db.base import table_of
from app.db.database import Database
from app.db.migrate import upgrade
from app.db.search_texts import holds_words, outdated_rows, searched_tables
from app.enquiries.models import Enquiry
from app.enquiries.queries import EnquiryFilter, enquiries
from app.enrolments.admin_queries import intake_page
from app.enrolments.invoice_queries import every_invoice, invoice_list
from app.enrolments.models import Enrolment
from app.enrolments.money_rules import ShownInvoices
from app.jobs import fill_in_search_texts
from app.kit.actor import Actor
from app.kit.ids import new_uuid
from app.kit.name_search import sort_key
from app.kit.paths import ROOT
from app.practicals.queries.admin_lists import ListedDays, ListFilters, board
from app.practicals.queries.eligibility_facts import read_practical
from app.practicals.queries.reservation_candidates import candidates
from app.reports.exception_list import ShownExceptions, all_exceptions, exceptions_page
from app.reports.running_list import running_page
from app.reports.students import Part, ResultsQuery, students
from app.search.domain import Findable
from app.search.queries import search
from tests.make import NOW
from tests.make.certificates import a_certificate, an_earner
from tests.make.conversations import a_conversation
from tests.make.enquiries import an_enquiry
from tests.make.exceptions import a_stored_exception
from tests.make.keys import ISSUER
from tests.make.learning import a_published_course
from tests.make.list_cases import add_running_attempts
from tests.make.people import a_user
from tests.make.places import a_place_in, an_intake
from tests.make.postgres import drop_database, new_database
from tests.make.practicals import a_practical, a_seat
from tests.make.typed_names import PLAIN, ways_of_typing

SOME = ("Élodie Ávila", "Ciara O’Brien", "İpek Işık", "Anne-Marie Dupont")
NAMES = PLAIN if os.environ.get("TEST_DEEP") else SOME
"""For searches that look through the same search texts as a list with all names; the deep run tries all."""
STRANGE = ("word " * 200, "?!…", "\u0301", "\u200b", "%", "_", "\\", "x" * 2000)
SEARCHES = {
    "accounts/forms.py": "export_of_people",
    "accounts/people_pages.py": "list_of_people",
    "certificates/pages.py": "list_of_certificates",
    "conversations/staff_api.py": "questions_of_students",
    "conversations/staff_pages.py": "questions_of_students",
    "enquiries/pages.py": "list_of_enquiries",
    "enrolments/admin_pages.py": "people_of_an_intake",
    "enrolments/forms.py": "export_of_invoices",
    "enrolments/invoice_pages.py": "list_of_invoices",
    "practicals/pages/list_filters.py": "days_in_a_room",
    "practicals/pages/planning.py": "people_to_reserve_for",
    "reports/exception_api.py": "list_of_exceptions",
    "reports/exception_forms.py": "export_of_exceptions",
    "reports/exception_pages.py": "list_of_exceptions",
    "reports/forms.py": "list_of_results",
    "reports/running_api.py": "list_of_running_attempts",
    "reports/running_pages.py": "list_of_running_attempts",
    "search/api.py": "search_of_the_office",
    "search/pages.py": "search_of_an_instructor",
}
"""Which test tries the names in which module that reads what somebody looks for."""
NOT_NAMES = {"learning/note_pages.py", "learning/pages.py", "teaching/pages.py"}
"""These search the words of a course, by a rule of its own (tests/unit/courses), or a person's own notes."""
READS_A_SEARCH = re.compile(r"""get\(\s*"(?:q|search)"|\bq: """)
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


def questions_of_students(db: Session, admin: Actor) -> List:
    for person in people(db):
        a_conversation(db, person)
    return lambda typed: {
        row.student
        for row in inbox(db, admin, which=InboxFilter.all, text=typed, number=1, now=NOW).rows
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


def list_of_exceptions(db: Session, admin: Actor) -> List:
    for person in people(db):
        a_stored_exception(db, admin.user_id, user_id=person.user_id)
    return lambda typed: {
        str(row.audience)
        for row in exceptions_page(db, admin, ShownExceptions.live, text=typed, number=1).rows
    }


def export_of_exceptions(db: Session, admin: Actor) -> List:
    list_of_exceptions(db, admin)
    return lambda typed: {
        str(row.audience) for row in all_exceptions(db, admin, ShownExceptions.live, text=typed)
    }


def list_of_running_attempts(db: Session, admin: Actor) -> List:
    people_of_an_intake(db, admin)
    db.flush()
    add_running_attempts(db)
    return lambda typed: {
        row.name for row in running_page(db, admin, text=typed, number=1, now=NOW).rows
    }


def invoices(db: Session) -> None:
    revision_id, intake_id = a_published_course(db).revision_id, an_intake(db)
    for number, person in enumerate(people(db)):
        place = db.get_one(Enrolment, a_place_in(db, intake_id, person.user_id, revision_id))
        place.invoice_number, place.invoiced_at = f"ZQ-{number:03}", NOW
    db.flush()


def list_of_invoices(db: Session, admin: Actor) -> List:
    invoices(db)
    shown, zone = ShownInvoices.unpaid, "Europe/London"
    return lambda typed: {
        row.name
        for row in invoice_list(
            db, admin, shown=shown, text=typed, number=1, now=NOW, zone=zone
        ).rows.rows
    }


def export_of_invoices(db: Session, admin: Actor) -> List:
    invoices(db)
    shown, zone = ShownInvoices.unpaid, "Europe/London"
    return lambda typed: {
        row.name for row in every_invoice(db, admin, shown=shown, text=typed, now=NOW, zone=zone)
    }


def people_to_reserve_for(db: Session, admin: Actor) -> List:
    people(db)
    practical = read_practical(db, a_practical(db))
    assert practical is not None
    return lambda typed: {
        row.person.name for row in candidates(db, practical, typed, number=1, now=NOW).page.rows
    }


def days_in_a_room(db: Session, admin: Actor) -> List:
    """Rooms are called like the people, because practicals are found by their places."""
    for name in PLAIN:
        a_practical(db, room=name)
    return lambda typed: {
        row.practical.room
        for row in board(
            db,
            ListedDays.coming,
            ListFilters(text=typed),
            zone="Europe/London",
            number=1,
            now=NOW,
        ).rows
    }


def titles(db: Session, actor: Actor, typed: str, kind: Findable) -> set[str]:
    results = search(db, actor, typed, ISSUER.keys, zone="Europe/London", now=NOW)
    return {str(row.title) for group in results.groups if group.kind is kind for row in group.rows}


def search_of_the_office(db: Session, admin: Actor) -> List:
    """Names are found as those of people and of enquiries, or not at all."""
    people(db)
    for name in PLAIN:
        an_enquiry(db, name=name)

    def names(typed: str) -> set[str]:
        of_people = titles(db, admin, typed, Findable.people)
        assert titles(db, admin, typed, Findable.enquiries) == of_people
        return of_people

    return names


def search_of_an_instructor(db: Session, admin: Actor) -> List:
    teacher = a_user(db, "Xx Xx", email="xx@example.org", roles=("instructor",))
    practical_id = a_practical(db, instructors=(teacher,), capacity=len(PLAIN))
    for person in people(db):
        a_seat(db, practical_id, person.user_id)
    return lambda typed: titles(db, teacher, typed, Findable.people)


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


@pytest.mark.parametrize(
    "make_list",
    [
        *(list_of_invoices, export_of_invoices, people_to_reserve_for, days_in_a_room),
        *(search_of_the_office, search_of_an_instructor),
        *(list_of_exceptions, export_of_exceptions, list_of_running_attempts),
    ],
)
def test_names_are_found_where_the_same_texts_are_searched(database, admin, make_list):
    with database.write() as db:
        names_for = make_list(db, admin)
        for name in NAMES:
            for typed in ways_of_typing(name):
                assert name in names_for(typed), (name, typed)
        assert names_for("elodie muller") == set()


def test_each_module_that_reads_a_search_is_tried():
    app = ROOT / "app"
    reading = {
        path.relative_to(app).as_posix()
        for path in app.rglob("*.py")
        if READS_A_SEARCH.search(path.read_text())
    }
    assert reading == SEARCHES.keys() | NOT_NAMES
    assert all(callable(globals()[name]) for name in SEARCHES.values())


@pytest.mark.postgres
@pytest.mark.deep
def test_a_database_that_knows_only_ascii_letters_finds_the_same(postgres_server):
    """`lower` and collations of PostgreSQL depend on the locale of the database; C knows ASCII alone."""
    name = f"preceptor_in_c_{new_uuid().hex[-8:]}"
    address = new_database(postgres_server, name, template="template0", locale="C")
    database = Database(address)
    try:
        upgrade(database)
        with database.write() as db:
            people(db)
            db.flush()
            for person in PLAIN:
                for typed in ways_of_typing(person):
                    assert person in {row.name for row in search_people(db, text=typed).rows}
            listed = [person.name for person in search_people(db).rows]
            assert listed == sorted(PLAIN, key=sort_key)[: len(listed)]
    finally:
        database.close()
        drop_database(postgres_server, name)


def test_certificates_are_found_by_every_way_of_typing(database, admin):
    with database.write() as db:
        names_for = list_of_certificates(db, admin)
        for name in NAMES:
            for typed in ways_of_typing(name):
                assert name in names_for(typed), (name, typed)
        assert names_for("Ciara O’Brien") == {"Ciara O’Brien"}


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


@pytest.mark.parametrize("make_list", sorted(set(SEARCHES.values())))
def test_strange_searches_are_answered_calmly(database, admin, make_list):
    with database.write() as db:
        names_for = globals()[make_list](db, admin)
        db.flush()
        for typed in STRANGE:
            assert names_for(typed) == set(), typed
        assert names_for("Élodie Ávila") == {"Élodie Ávila"}


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
