"""Kinds of practical and modules of different revisions, as pure rules."""

import pytest

from app.courses.domain.delivery import PracticalKind, required_modules
from tests.make.learning import a_course, a_module


def a_kind(
    key: str, *, requires: tuple[str, ...] = (), replaces: tuple[str, ...] = ()
) -> PracticalKind:
    return PracticalKind(
        key=key,
        title=key,
        summary="",
        description_html="",
        students_per_instructor=4,
        minutes=420,
        live_models=False,
        requires=requires,
        bring=(),
        checklist="list",
        replaces=replaces,
    )


def test_kinds_stand_for_each_other_by_key_or_by_what_either_replaces():
    old, new = a_kind("old"), a_kind("new", replaces=("old",))
    assert old.stands_for(a_kind("old", requires=("skin",)))
    assert new.stands_for(old)
    assert old.stands_for(new)
    assert not a_kind("other").stands_for(new)


def test_a_kind_that_replaces_nothing_is_stored_as_before():
    assert "replaces" not in a_kind("old").model_dump()
    assert a_kind("new", replaces=("old",)).model_dump()["replaces"] == ("old",)


@pytest.mark.parametrize(
    ("requires", "own", "wanted"),
    [
        (("skin",), a_kind("day", requires=("skin", "needles")), {"skin"}),
        (
            ("skin", "needles-2"),
            a_kind("day", requires=("needles",)),
            {"skin", "needles-2", "needles"},
        ),
        (("needles-2",), a_kind("day", requires=("needles",)), {"needles-2", "needles"}),
        (("needles-2",), a_kind("other"), {"needles-2", "skin", "needles"}),
    ],
)
def test_a_module_with_a_new_key_is_not_just_passed_over(requires, own, wanted):
    """A day planned under a later revision asks for what the student's own revision asks too."""
    course = a_course(a_module("skin"), a_module("needles"), practicals=(own,))
    assert required_modules(a_kind("day", requires=requires), course) == wanted
