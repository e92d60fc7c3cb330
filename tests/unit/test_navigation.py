"""Which entry of the main navigation is marked as the place where a person is."""

import pytest

from app.kit.actor import Actor, Role
from app.kit.ids import UserId, new_uuid
from app.navigation import navigation_for


def marked(path: str, *roles: Role) -> list[str]:
    """Return the addresses of the entries that are marked for a person of these roles."""
    actor = Actor(UserId(new_uuid()), "Ann Able", frozenset(roles), "ann@example.org")
    return [item.url for item in navigation_for(actor, path) if item.current]


@pytest.mark.parametrize(
    ("path", "role", "entry"),
    [
        ("/me/password", Role.student, "/me"),
        ("/notices", Role.student, "/me"),
        ("/notices/7", Role.instructor, "/me"),
        ("/notices", Role.admin, "/me"),
        ("/attempts/7", Role.student, "/learn"),
        ("/enrolments", Role.student, "/learn"),
        ("/reports/7", Role.student, "/practicals"),
        ("/reports/7", Role.instructor, "/teach/practicals"),
        ("/reports/7", Role.admin, "/admin/practicals"),
        ("/results/skin/quizzes/one", Role.admin, "/results"),
    ],
)
def test_a_page_marks_the_entry_it_belongs_under(path: str, role: Role, entry: str) -> None:
    assert marked(path, role) == [entry]


def test_one_entry_is_marked_for_somebody_with_every_role() -> None:
    assert marked("/reports/7", *Role) == ["/admin/practicals"]


@pytest.mark.parametrize("path", ["/", "/noticeswise", "/mean"])
def test_elsewhere_no_entry_is_marked(path: str) -> None:
    assert marked(path, Role.student) == []
