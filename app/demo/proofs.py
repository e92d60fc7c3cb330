"""The proofs of basic life support that the demo's office has seen before people booked."""

from datetime import datetime, timedelta
from functools import partial

from app.accounts import life_support, life_support_queries
from app.demo.days import DAYS
from app.demo.diary import ZONE, Diary
from app.demo.people import ADMIN

SEEN = 40
"""How many days ago the first proof was seen, before the first place on a practical was booked."""
TRAINED, VALID = timedelta(days=20), timedelta(days=345)
ISSUER = "Example Resuscitation Training"

DOUBTED = "Bronwen Pryce"
"""Her proof was withdrawn after she had booked: she has places on future practicals, and the office
asks for another proof."""
WHY_DOUBTED = "It was for first aid without basic life support."


def show_proofs(diary: Diary) -> None:
    """Record a proof for everyone who books or waits for a practical, and withdraw one of them."""
    names = dict.fromkeys(name for day in DAYS for name in (*day.people, *day.waiting))
    for number, name in enumerate(names):
        diary.note(diary.ago(SEEN, 11, number), partial(_record, diary, name))
    diary.note(diary.ago(2, 16), partial(_withdraw, diary))


def _record(diary: Diary, name: str, now: datetime) -> None:
    today = now.astimezone(ZONE).date()
    admin, person_id = diary.people[ADMIN.name], diary.people[name].user_id
    life_support.record_proof(
        diary.db,
        admin,
        person_id,
        passed_on=today - TRAINED,
        expires_on=today + VALID,
        issuer=ISSUER,
        reason=None,
        expected_version=life_support_queries.proof_page(diary.db, admin, person_id).version,
        today=today,
        now=now,
    )


def _withdraw(diary: Diary, now: datetime) -> None:
    admin, person_id = diary.people[ADMIN.name], diary.people[DOUBTED].user_id
    life_support.withdraw_proof(
        diary.db,
        admin,
        person_id,
        reason=WHY_DOUBTED,
        expected_version=life_support_queries.proof_page(diary.db, admin, person_id).version,
        now=now,
    )
