"""The roles of each permission that asks nothing but the role: read by a person, compared with the code.
Those that ask more have tests beside their feature."""

import inspect
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

import app
from app.kit.actor import Actor
from tests.make.people import an_actor

STUDENT, INSTRUCTOR, ADMIN = "student", "instructor", "admin"
STAFF = {INSTRUCTOR, ADMIN}
ROLES = {
    "accounts.may_manage_groups": {ADMIN},
    "accounts.may_manage_people": {ADMIN},
    "assessments.may_assess": {INSTRUCTOR},
    "assessments.may_correct_checklists": {ADMIN},
    "assessments.may_discard": STAFF,
    "certificates.may_manage": {ADMIN},
    "conversations.may_ask": {STUDENT},
    "conversations.may_moderate": {ADMIN},
    "conversations.may_see_inbox": STAFF,
    "courses.may_hide_courses": {ADMIN},
    "courses.may_publish": {ADMIN},
    "courses.may_see_revisions": {ADMIN},
    "enquiries.may_answer": {ADMIN},
    "enquiries.may_see_enquiries": {ADMIN},
    "enrolments.may_manage_intakes": {ADMIN},
    "enrolments.may_reserve_own_place": {STUDENT},
    "history.may_read_history": {ADMIN},
    "learning.may_learn": {STUDENT},
    "practicals.may_book": {STUDENT},
    "practicals.may_manage": {ADMIN},
    "practicals.may_teach": STAFF,
    "quizzes.may_take_quizzes": {STUDENT},
    "reports.may_give_exceptions": {ADMIN},
    "reports.may_make_outages_good": {ADMIN},
    "reports.may_see_results": STAFF,
    "rights.may_end_leftovers": {ADMIN},
    "search.may_search": STAFF,
    "teaching.may_read_courses": STAFF,
}


def permissions() -> dict[str, Callable[[Actor], bool]]:
    """Return the functions of every `policy.py` that take an actor alone."""
    files = Path(app.__file__).parent.glob("*/policy.py")
    return {
        f"{file.parent.name}.{name}": function
        for file in files
        for name, function in vars(import_module(f"app.{file.parent.name}.policy")).items()
        if name.startswith("may_") and list(inspect.signature(function).parameters) == ["actor"]
    }


def test_the_table_names_every_such_permission() -> None:
    assert set(permissions()) == set(ROLES)


@pytest.mark.parametrize("name", ROLES)
def test_a_permission_is_for_its_roles_alone(name: str) -> None:
    may = permissions()[name]
    assert {role for role in (STUDENT, INSTRUCTOR, ADMIN) if may(an_actor(role))} == ROLES[name]
    assert not may(an_actor())
