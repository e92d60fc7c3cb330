"""The intakes of the demo academy: a running one, a future one, and a small one that is full."""

from datetime import datetime, timedelta
from functools import partial

from app.demo.diary import ZONE, Diary
from app.demo.joining import OPENED, joined
from app.demo.people import ADMIN, StudentStage
from app.enrolments import decisions, invoices
from app.enrolments import service as enrolments
from app.enrolments.domain import IntakeFields, invoice_record, payment_record
from app.kit.ids import EnrolmentId
from app.kit.versions import version_of

RUNNING, COMING, EVENING = "running", "coming", "evening"
BEGAN = 56
"""How many days ago the running intake began."""

UNDECIDED = ("Mei Ling Cheung", "Sian Llewellyn-Okonkwo", "Rafael Monteiro")
IN_THE_EVENING = "Naledi Dlamini-Ross"
WAITING = ("Parveen Chowdhury", "Roisin Delahunty", "Soledad Ibarra")
WAVERING = "Lucinda Farquharson"
DECLINED = "We could not read the certificate you sent. Send it again, and we look at your request at once."


def open_intakes(diary: Diary) -> None:
    """Open three intakes, and let people request places, wait, be confirmed, declined and invoiced."""
    for key, words, begins, places, opened in (
        (RUNNING, "{} intake", BEGAN, 48, OPENED - 1),
        (COMING, "{} intake", -24, 20, 35),
        (EVENING, "Evening intake, {}", -45, 2, 32),
    ):
        diary.note(diary.ago(opened, 9), partial(_open, diary, key, words, begins, places))
    since = joined(diary)
    for student, at in since.items():
        if student.stage >= StudentStage.idle:
            diary.note(at + timedelta(hours=8), partial(_reserve, diary, student.name, RUNNING))
        elif student.stage is StudentStage.confirmed and student.name != IN_THE_EVENING:
            diary.note(at + timedelta(hours=9), partial(_reserve, diary, student.name, COMING))
    for number, name in enumerate(UNDECIDED, start=1):
        diary.note(diary.now - timedelta(hours=19 * number), partial(_ask, diary, name, COMING))
    diary.note(diary.ago(17, 20), partial(_ask_in_vain, diary, WAVERING, COMING))
    _fill_the_small_one(diary)


def _fill_the_small_one(diary: Diary) -> None:
    """Two places and five people: one withdraws, and the first person who waits moves up."""
    diary.note(diary.ago(25, 19), partial(_reserve, diary, IN_THE_EVENING, EVENING))
    diary.note(diary.ago(18, 21), partial(_ask, diary, WAVERING, EVENING))
    for days, name in zip((17, 16, 15), WAITING, strict=True):
        diary.note(diary.ago(days, 18), partial(_ask, diary, name, EVENING))
    diary.note(diary.ago(4, 8, 40), partial(_withdraw, diary, WAVERING, EVENING))


def _open(diary: Diary, key: str, words: str, begins: int, places: int, now: datetime) -> None:
    starts = diary.ago(begins, 18)
    admin = diary.people[ADMIN.name]
    fields = IntakeFields(
        title=words.format(f"{starts:%B %Y}"),
        starts_on=starts.date(),
        price_pence=145_000,
        places=places,
        opens_at=now,
        closes_at=starts + timedelta(days=10),
    )
    intake = enrolments.make_intake(diary.db, admin, diary.course.key, fields=fields, now=now)
    enrolments.open_intake(diary.db, admin, intake, now=now)
    diary.intakes[key] = intake


def _ask(diary: Diary, name: str, key: str, now: datetime) -> EnrolmentId:
    person, intake = diary.people[name], diary.intakes[key]
    return enrolments.request_place(diary.db, person, intake, now=now).enrolment_id


def _reserve(diary: Diary, name: str, key: str, now: datetime) -> None:
    """Request a place, which the office confirms on the next day."""
    place = _ask(diary, name, key, now)
    diary.note(now + timedelta(hours=20), partial(_confirm, diary, place))


def _confirm(diary: Diary, place: EnrolmentId, now: datetime) -> None:
    """Confirm a place and send its invoice two days later. Every tenth is not paid yet."""
    decisions.confirm_request(diary.db, diary.people[ADMIN.name], place, now=now)
    number = next(diary.invoices)
    sent = now + timedelta(days=2)
    diary.note(sent, partial(_invoice, diary, place, number))
    if number % 10:
        diary.note(sent + timedelta(days=6, hours=2), partial(_pay, diary, place))


def _invoice(diary: Diary, place: EnrolmentId, number: int, now: datetime) -> None:
    invoices.record_invoice(
        diary.db,
        diary.people[ADMIN.name],
        place,
        number=f"{now:%Y}-{number:04}",
        invoiced_at=now,
        expected_version=version_of(invoice_record(None, None)),
        now=now,
        zone=ZONE.key,
    )


def _pay(diary: Diary, place: EnrolmentId, now: datetime) -> None:
    invoices.record_payment(
        diary.db,
        diary.people[ADMIN.name],
        place,
        paid_at=now,
        expected_version=version_of(payment_record(None)),
        now=now,
        zone=ZONE.key,
    )


def _decline(diary: Diary, place: EnrolmentId, now: datetime) -> None:
    decisions.decline_request(diary.db, diary.people[ADMIN.name], place, reason=DECLINED, now=now)


def _ask_in_vain(diary: Diary, name: str, key: str, now: datetime) -> None:
    place = _ask(diary, name, key, now)
    diary.note(now + timedelta(days=2), partial(_decline, diary, place))


def _withdraw(diary: Diary, name: str, key: str, now: datetime) -> None:
    person, intake = diary.people[name], diary.intakes[key]
    today = now.astimezone(ZONE).date()
    enrolments.withdraw_from_intake(diary.db, person, intake, today=today, now=now)
