"""How the page of a person names what happened."""

import pytest

from app.accounts.queries import act_words


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("accounts.roles_changed", "Roles changed"),
        ("practicals.marked_attendance", "Marked attendance"),
        ("quizzes.start", "Quiz started"),
        ("quizzes.submit", "Quiz ended"),
    ],
)
def test_an_act_is_named_in_words(action, words):
    assert act_words(action) == words
