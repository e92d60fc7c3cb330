"""A notice is written once and read for as long as its owner has an account: the letters of today must read
what was kept when it was written.

When a letter needs a new value, add what is written from now on as one more line of its kind, keep the
lines before it, and let the letter do without the value (`{% if map is defined %}`). A kind that is no
longer sent keeps its letter.
"""

from typing import Any

import pytest

from app.kit.paths import TEMPLATES
from app.mail.letters import Letters
from app.web.templating import make_environment
from tests.make.academy import WORDS
from tests.make.notices import (
    BECAUSE,
    CAUSES,
    CERTIFICATE,
    CORRECTED_QUIZ,
    CORRECTION,
    DAY,
    ENDED,
    NAME_NEEDED,
    PLACE,
    REPORT,
)

SHORT_DAY = {name: value for name, value in DAY.items() if name != "cancel_until"} | {
    "before": None
}
PLACE_ON_DAY = SHORT_DAY | {
    "terms": "You can give the place back until Sun 6 Dec 2026, 10:00, London time.",
    "can_give_back": True,
    "overlap": None,
}
MOVED = {"before": {"when": "Mon 7 Dec 2026, 10:00 to 17:00, London time", "room": "Room 9"}}
WRITTEN: dict[str, tuple[dict[str, Any], ...]] = {
    "assessments/signed": (REPORT,),
    "certificates/issued": (CERTIFICATE,),
    "certificates/name-needed": (NAME_NEEDED, NAME_NEEDED | {"waits": ""}),
    "certificates/revoked": (CERTIFICATE | BECAUSE,),
    "enrolments/cancelled": (PLACE | BECAUSE,),
    "enrolments/changed": (PLACE,),
    "enrolments/confirmed": (PLACE,),
    "enrolments/declined": (PLACE | BECAUSE,),
    "enrolments/list-closed": (PLACE,),
    "enrolments/promoted": (PLACE,),
    "enrolments/requested": (PLACE,),
    "enrolments/waiting": (PLACE | {"position": 2},),
    "enrolments/withdrawn": (PLACE,),
    "learning/corrected": (
        CORRECTION | {"has_place": True},
        CORRECTION | {"has_place": False},
    ),
    "practicals/booked": (DAY, PLACE_ON_DAY),
    "practicals/called-off": (DAY | BECAUSE, SHORT_DAY | BECAUSE),
    "practicals/changed": (DAY, PLACE_ON_DAY | MOVED),
    "practicals/changed-waiting": (SHORT_DAY | MOVED,),
    "practicals/first-day": (SHORT_DAY | {"booking": "Booking opens on Sat 5 Dec 2026, 10:00."},),
    "practicals/given-back": (DAY, SHORT_DAY),
    "practicals/list-closed": (DAY | BECAUSE, SHORT_DAY | BECAUSE),
    "practicals/list-over": (SHORT_DAY,),
    "practicals/promoted": (DAY, PLACE_ON_DAY),
    "practicals/reserved": (DAY | BECAUSE, PLACE_ON_DAY | BECAUSE),
    "practicals/taken-away": (DAY | BECAUSE, SHORT_DAY | BECAUSE),
    "practicals/teaching-assigned": (SHORT_DAY,),
    "practicals/teaching-called-off": (SHORT_DAY | BECAUSE,),
    "practicals/teaching-changed": (SHORT_DAY | MOVED,),
    "practicals/teaching-corrected": (SHORT_DAY | BECAUSE,),
    "practicals/teaching-removed": (SHORT_DAY,),
    "quizzes/corrected": (CORRECTED_QUIZ,),
    "rights/ended": tuple(ENDED | {"cause": cause} for cause in CAUSES),
}
HOUSE = {"academy": "The Academy", "base_url": "https://academy.example.org"}
NO_NOTICES = {"accounts", "enquiries", "system"}


@pytest.fixture(scope="module")
def letters() -> Letters:
    environment = make_environment(
        TEMPLATES, url_for=lambda name, **_: name, asset=lambda name: name, words=WORDS
    )
    return Letters.over(environment)


def test_every_letter_that_is_kept_stands_here():
    kinds = {
        f"{path.parent.name}/{path.stem}"
        for path in (TEMPLATES / "mail").rglob("*.txt")
        if not path.name.startswith("_") and path.parent.name not in NO_NOTICES
    }
    assert kinds == set(WRITTEN)


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_was_written_is_read_for_ever(letters, kind):
    for details in WRITTEN[kind]:
        letter = letters.read(kind, details, **HOUSE)
        assert details["name"] in letter.plain
        assert letters.read_subject(kind, details, **HOUSE) == letter.subject
        assert all(
            block.address.startswith(f"{HOUSE['base_url']}/")
            for block in letter.blocks
            if block.kind == "action"
        )
