"""A notice is written once and read for as long as its owner has an account: the templates of today read
what every version stored.

When a kind of mail gets another field, it is optional, or a new version with a step; golden documents of
the versions before stay. A kind that is no longer sent keeps its class and its template.
"""

import pytest

from app.mail.kinds import PersonMail
from app.mail_kinds import KINDS
from tests.make.golden import Golden, golden_documents
from tests.make.mails import BASE_URL, LANGUAGES, a_writer

NOTICES = [golden for golden in golden_documents() if golden.kind == "notices"]


NEVER_OF_VERSION_1 = {
    "certificates/replaced",
    "conversations/answered",
    "conversations/asked",
    "conversations/moderated",
    "enrolments/price-changed",
    "learning/weekly-plan",
    "practicals/moved",
    "practicals/offered",
    "practicals/reminder",
    "practicals/teaching-reminder",
    "practicals/teaching-series",
    "quizzes/attempt-reopened",
    "quizzes/attempt-taken-back",
    "quizzes/exception-ended",
    "quizzes/exception-given",
    "quizzes/late-answers-accepted",
    "quizzes/one-more-attempt",
    "quizzes/time-given-back",
}
"""Kinds that are younger than the class of a mail: no notice of theirs was stored without one."""


@pytest.mark.parametrize(("version", "younger"), [(1, NEVER_OF_VERSION_1), (2, set())])
def test_every_kind_that_is_a_notice_is_here_in_each_version(version: int, younger: set[str]):
    kinds = {kind.template for kind in KINDS if issubclass(kind, PersonMail)} - younger
    there = {golden.stored["template"] for golden in NOTICES if golden.version == version}
    assert there == kinds


@pytest.mark.parametrize("golden", NOTICES, ids=lambda golden: golden.path.stem)
def test_what_was_written_is_read_for_ever(golden: Golden):
    template, details = golden.stored["template"], golden.stored["details"]
    letter = a_writer().letter(template, details, LANGUAGES.own)
    assert details["name"] in letter.plain
    assert a_writer().subject(template, details, LANGUAGES.own) == letter.subject
    assert all(
        block.address.startswith(f"{BASE_URL}/")
        for block in letter.blocks
        if block.kind == "action"
    )
    words = (
        [value for value in details.values() if isinstance(value, str)]
        if golden.version == 1
        else []
    )
    shown = [word for word in words if word in letter.plain]
    assert len(shown) >= min(2, len(words)), "the words that are stored are shown as they stand"
