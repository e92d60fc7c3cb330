"""Questions that people asked the demo academy: two wait, one is answered."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.actor import Actor
from app.enquiries import service
from app.enquiries.domain import Question, Topic

ACADEMY = "academy@preceptor.example"
WAITING = (
    Question(
        "Rosalind Achterberg",
        "rosalind.achterberg@demo.preceptor.example",
        None,
        Topic.entry,
        "mesotherapy",
        "I have worked as a beauty therapist for six years and hold a Level 3 in anatomy and physiology "
        "from 2017. Is that still accepted, and what do I need to show you?",
    ),
    Question(
        "Idris Penhaligon",
        "idris.penhaligon@demo.preceptor.example",
        "020 7946 0018",
        Topic.access,
        "mesotherapy",
        "I use a wheelchair. Is the treatment room reached without steps, and can the bed be lowered?",
    ),
)
ANSWERED = Question(
    "Mei-Lin Ostrander",
    "mei-lin.ostrander@demo.preceptor.example",
    None,
    Topic.dates,
    None,
    "Will there be another evening intake in the summer?",
)
NOTE = "Not fixed yet; told her that dates appear on the page of dates, and how the waiting list works."


def ask(db: Session, admin: Actor, *, now: datetime) -> None:
    """Ask each question some days ago, and answer the oldest."""
    asked = now - timedelta(days=6)
    answered = service.ask(db, ANSWERED, network="192.0.2.10", academy=ACADEMY, now=asked)
    service.mark_answered(db, admin, answered, note=NOTE, now=asked + timedelta(hours=20))
    for days, question in enumerate(WAITING, start=1):
        at = now - timedelta(days=3 - days, hours=2)
        service.ask(db, question, network="192.0.2.11", academy=ACADEMY, now=at)
