"""The office's search: what it finds, in which order, and that its cost stays bounded."""

import pytest
from sqlalchemy import event

from app.accounts import people_search
from app.accounts.domain import PeopleSort
from app.accounts.models import User
from app.accounts.people_search import all_people, search_people
from app.kit.actor import Role
from tests.make.people import a_user


@pytest.fixture
def people(database):
    with database.write() as db:
        for name, email in (
            ("Zoe Smith", "zoe@example.org"),
            ("ann SMITHSON", "ann@example.org"),
            ("Ben Okafor", "ben_smith@example.org"),
            ("50% Off", "sale@example.org"),
            ("Dana_Under", "dana@example.org"),
        ):
            a_user(db, name, email=email)


def names_found(database, text: str, **narrowed) -> list[str]:
    with database.read() as db:
        page = search_people(db, text=text, **narrowed)
        assert page.total == len(page.rows)
        return [person.name for person in page.rows]


@pytest.mark.parametrize("few", [0, people_search.FEW], ids=["many", "few"])
def test_names_and_addresses_in_any_case_and_in_order(database, people, monkeypatch, few):
    """A few results are sorted after the search, many are read in order; both give the same result."""
    monkeypatch.setattr(people_search, "FEW", few)
    for typed in ("smith", "SMITH", "SmItH"):
        names = names_found(database, typed, sort=PeopleSort.name)
        assert set(names) == {"Zoe Smith", "ann SMITHSON", "Ben Okafor"}
        assert names_found(database, typed, sort=PeopleSort.name_down) == names[::-1]
    with database.read() as db:
        assert {person.name for person in all_people(db, text="smith")} == set(names)
    assert names_found(database, "example.org", role=Role.instructor) == []
    assert len(names_found(database, "example.org", role=Role.student)) == 5


def test_signs_of_patterns_are_no_patterns(database, people):
    assert names_found(database, "50%") == ["50% Off"]
    assert names_found(database, "dana_under") == ["Dana_Under"]
    for sign in ("%", "_", "/"):
        assert names_found(database, sign) == []


def test_a_new_name_is_found_at_once(database, people):
    with database.write() as db:
        person = db.query(User).filter(User.name == "Zoe Smith").one()
        person.name = person.certificate_name = "Zoe Jones"
    assert names_found(database, "zoe jones") == ["Zoe Jones"]
    assert "Zoe Jones" not in names_found(database, "smith")


def test_no_row_is_put_into_small_letters_and_nothing_is_read_for_nobody(database, people):
    """Converting each row to lower case took most of the time of a search among 8,000 people."""
    said: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        names_found(database, "smith")
        assert not any("lower(" in statement for statement in said)
        said.clear()
        with database.read() as db:
            assert search_people(db, text="nobody at all").total == 0
        assert len([statement for statement in said if "users" in statement]) == 1
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
