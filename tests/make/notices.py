"""Notices, and what they are filled with."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.kit.actor import Actor
from app.kit.ids import NoticeId, new_uuid
from app.notices.models import Notice
from tests.make import NOW

PLACE: dict[str, Any] = {
    "name": "Ann Able",
    "course": "Small course",
    "course_key": "small-course",
    "intake": "Winter",
    "starts_on": "Monday 11 January 2027",
    "reason": None,
    "position": None,
}
DAY: dict[str, Any] = {
    "name": "Ann Able",
    "course": "Small course",
    "title": "Practice day",
    "when": "Tue 8 Dec 2026, 10:00 to 17:00, London time",
    "room": "Room 1",
    "bring": ["Photo identification", "A pen"],
    "cancel_until": "Sun 6 Dec 2026, 10:00, London time",
    "path": "/practicals/0196f2c0-0000-7000-8000-000000000000",
    "reason": None,
}
REPORT = {
    "name": "Ann Able",
    "title": "First session",
    "assessment_id": "0196f2c0-0000-7000-8000-000000000000",
}
CERTIFICATE = {"name": "Ann Able", "title": "Small course", "serial": "3VMHDA7ZP1X8M7Q8VNAZ1C6RPP"}
NAME_NEEDED = {
    "name": "Ann Able",
    "problem": "Our certificates cannot print “ꦗꦮ” in the name of the assessor, Ann ꦗꦮ.",
    "waits": "The certificate of somebody whom you assessed is earned and waits for this only.",
    "what_to_do": "Write the name in Latin letters.",
}
CORRECTION: dict[str, Any] = {
    "name": "Ann Able",
    "course": "Small course",
    "course_key": "small-course",
    "corrections": [
        {
            "lesson": "Layers of the skin",
            "was": "it is 1 mm thick",
            "now": "it is 0.1 mm thick",
            "why": "The number was wrong.",
        }
    ],
}
CORRECTED_QUIZ = {
    "name": "Ann Able",
    "course": "Small course",
    "quiz": "Quiz on the skin",
    "attempt_id": "0196f2c0-0000-7000-8000-000000000000",
}
CAUSES = ("account", "student", "instructor", "place")
ENDED = {
    "name": "Ann Able",
    "ended": ["Place on “Practice day”, Tue 8 Dec 2026, 10:00 to 17:00, London time"],
    "has_calendar": True,
}
BECAUSE = {"reason": "A burst pipe.\nWe are sorry."}


def a_notice(
    db: Session,
    actor: Actor,
    *,
    template: str = "practicals/booked",
    details: dict[str, Any] = DAY,
    at: datetime = NOW,
    read_at: datetime | None = None,
) -> NoticeId:
    """Keep a notice without its mail."""
    notice = Notice(
        id=NoticeId(new_uuid()),
        person_id=actor.user_id,
        at=at,
        template=template,
        details=details,
        read_at=read_at,
    )
    db.add(notice)
    db.flush()
    return notice.id
