"""Questions that people asked the demo academy: two wait, one is answered."""

from datetime import datetime, timedelta
from functools import partial

from app.demo.diary import Diary
from app.demo.people import ADMIN
from app.enquiries import service
from app.enquiries.domain import NewEnquiry, Topic
from app.kit.ids import EnquiryId

ACADEMY = "academy@preceptor.example"
WAITING = (
    NewEnquiry(
        "Rosalind Achterberg",
        "rosalind.achterberg@demo.preceptor.example",
        None,
        Topic.entry,
        "mesotherapy",
        "I have worked as a beauty therapist for six years and hold a Level 3 in anatomy and physiology "
        "from 2017. Is that still accepted, and what do I need to show you?",
    ),
    NewEnquiry(
        "Idris Penhaligon",
        "idris.penhaligon@demo.preceptor.example",
        "020 7946 0018",
        Topic.access,
        "mesotherapy",
        "I use a wheelchair. Is the treatment room reached without steps, and can the bed be lowered?",
    ),
)
ANSWERED = NewEnquiry(
    "Mei-Lin Ostrander",
    "mei-lin.ostrander@demo.preceptor.example",
    None,
    Topic.dates,
    None,
    "Will there be another evening intake in the summer?",
)
NOTE = "Not fixed yet; told her that dates appear on the page of dates, and how the waiting list works."


def ask(diary: Diary) -> None:
    """Send each question some days ago, and answer the oldest."""
    diary.note(diary.ago(6, 21), partial(_ask_and_answer, diary))
    for days, question in enumerate(WAITING, start=1):
        at = diary.now - timedelta(days=3 - days, hours=2)
        diary.note(at, partial(_ask, diary, question))


def _ask(diary: Diary, question: NewEnquiry, now: datetime) -> EnquiryId:
    return service.ask(diary.db, question, network="192.0.2.11", academy=ACADEMY, now=now)


def _ask_and_answer(diary: Diary, now: datetime) -> None:
    enquiry = _ask(diary, ANSWERED, now)
    diary.note(now + timedelta(hours=14), partial(_answer, diary, enquiry))


def _answer(diary: Diary, enquiry: EnquiryId, now: datetime) -> None:
    service.mark_answered(diary.db, diary.people[ADMIN.name], enquiry, note=NOTE, now=now)
