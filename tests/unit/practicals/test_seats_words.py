"""What each reason says, what helps, and where the remedy is: a student meets every one of these."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest

from app.kit.errors import Refusal
from app.kit.ids import IntakeId, PracticalId, UserId, new_uuid
from app.kit.words import ENGLISH_WORDS
from app.practicals.domain import seats
from app.practicals.domain.office_words import no_day_to_choose
from app.practicals.domain.plan import plan_problems
from app.practicals.domain.seats import Overlap, PracticalsReason, PracticalStatus
from app.practicals.domain.times import (
    moment_message,
    month_of,
    start_of_day,
    week_of,
    whole_hours,
)
from tests.make import NOW
from tests.make.practicals import COURSE, STARTS, a_plan, a_practical_value, some_facts

NEW_YORK = "America/New_York"
INTAKE = IntakeId(new_uuid())
TEACHER = UserId(new_uuid())
OVERLAP = Overlap(PracticalId(new_uuid()), "Scalp day", STARTS, NEW_YORK)
TICK = timedelta(microseconds=1)


class Said(NamedTuple):
    """What somebody reads of a refusal."""

    reason: PracticalsReason
    message: str
    remedy: str
    link: str | None = None


def said(refusal: Refusal | None) -> Said | None:
    if refusal is None:
        return None
    words, link = (str(refusal.message), str(refusal.remedy)), refusal.link
    return Said(PracticalsReason(refusal.reason), *words, link.path if link else None)


STARTED = Said(
    PracticalsReason.started,
    "This practical has begun or is over.",
    "Choose another date.",
    "/practicals",
)
DRAFT = Said(PracticalsReason.draft, "This date is not published yet.", "Publish it first.")
CANCELLED = Said(
    PracticalsReason.cancelled,
    "This date has been cancelled.",
    "Choose another date.",
    "/practicals",
)
BOOKED = Said(
    PracticalsReason.already_booked, "You have a place on this date.", "There is nothing to do."
)
ADDRESS = Said(
    PracticalsReason.address,
    "The e-mail address is not confirmed.",
    "Follow the link in the mail from the academy, or ask for a new one.",
    "/me",
)
CLOSED = Said(
    PracticalsReason.closed,
    "Booking closed on Tue 1 Dec 2026, 04:00, New York time.",
    "Choose another date, or write to the academy.",
    "/practicals",
)


@pytest.mark.parametrize(
    ("practical", "facts", "expected"),
    [
        ({"status": PracticalStatus.draft}, {}, DRAFT),
        ({"status": PracticalStatus.cancelled}, {}, CANCELLED),
        ({"starts_at": NOW}, {}, STARTED),
        (
            {"booking_opens_at": NOW + timedelta(hours=1)},
            {},
            Said(
                PracticalsReason.not_open_yet,
                "Booking opens on Tue 1 Dec 2026, 05:00, New York time.",
                "Come back then.",
            ),
        ),
        ({"booking_closes_at": NOW}, {}, CLOSED),
        ({}, {"has_seat": True}, BOOKED),
        (
            {"taken": 4},
            {},
            Said(
                PracticalsReason.full,
                "Every place is taken.",
                "Join the waiting list, or choose another date.",
            ),
        ),
        (
            {"taken": 3},
            {"eligible_ahead": 1},
            Said(
                PracticalsReason.queue_ahead,
                "The free places go to people on the waiting list first.",
                "Join the waiting list, or choose another date.",
            ),
        ),
        (
            {},
            {"is_active": False},
            Said(
                PracticalsReason.account,
                "This account is disabled.",
                "An admin can enable it again.",
            ),
        ),
        ({}, {"is_confirmed": False}, ADDRESS),
        (
            {},
            {"has_place": False},
            Said(
                PracticalsReason.no_place,
                "A confirmed place on the course comes first.",
                "Reserve a place on the course.",
                f"/courses/{COURSE}",
            ),
        ),
        (
            {"intake_id": INTAKE},
            {},
            Said(
                PracticalsReason.other_intake,
                "This date is kept for another intake of the course.",
                "Choose another date.",
                "/practicals",
            ),
        ),
        (
            {},
            {"modules_missing": ("Skin", "Needles")},
            Said(
                PracticalsReason.modules,
                "These modules come first and are not complete: Skin and Needles.",
                "Finish the lessons and pass the quiz of each.",
                f"/learn/{COURSE}",
            ),
        ),
        (
            {},
            {"final_test_missing": True},
            Said(
                PracticalsReason.final_test,
                "The final test comes first and is not passed.",
                "Pass the final test of the course.",
                f"/learn/{COURSE}",
            ),
        ),
        (
            {},
            {"has_certificate_name": False},
            Said(
                PracticalsReason.profile,
                "The profile has no name for the certificate.",
                "Add the name as it should be printed.",
                "/me",
            ),
        ),
        (
            {},
            {"overlap": OVERLAP},
            Said(
                PracticalsReason.overlap,
                "There is already a place at the same time: "
                "Scalp day, Tue 15 Dec 2026, 04:00, New York time.",
                "Cancel that place first, or choose another date.",
                f"/practicals/{OVERLAP.practical_id}",
            ),
        ),
    ],
    ids=lambda value: str(value.reason) if isinstance(value, Said) else "",
)
def test_what_keeps_somebody_from_booking_is_said_with_its_remedy(practical, facts, expected):
    unmet = seats.booking_refusal(
        a_practical_value(zone=NEW_YORK, **practical), some_facts(**facts), NOW
    )
    assert tuple(map(said, unmet)) == (expected,)


@pytest.mark.parametrize(
    ("practical", "facts", "expected"),
    [
        (
            {"taken": 4},
            {"is_waiting": True},
            Said(
                PracticalsReason.already_waiting,
                "You are on the waiting list already.",
                "You keep your position.",
            ),
        ),
        (
            {},
            {},
            Said(
                PracticalsReason.place_free,
                "There is a free place.",
                "Book it; there is no need to wait.",
            ),
        ),
        ({"taken": 4}, {"has_seat": True}, BOOKED),
        ({"taken": 4, "booking_closes_at": NOW}, {}, CLOSED),
    ],
)
def test_what_keeps_somebody_from_waiting_is_said_with_its_remedy(practical, facts, expected):
    unmet = seats.waiting_refusal(
        a_practical_value(zone=NEW_YORK, **practical), some_facts(**facts), NOW
    )
    assert tuple(map(said, unmet)) == (expected,)


def test_a_link_says_where_it_leads():
    facts = some_facts(modules_missing=("Skin",), final_test_missing=True, overlap=OVERLAP)
    unmet = seats.eligibility(a_practical_value(), replace(facts, has_place=False))
    assert {str(each.link.label) for each in unmet if each.link} == {
        "See the course",
        "Go to your course",
        "See that place",
    }


def test_an_admin_is_told_of_the_person_and_not_addressed_as_them():
    (unmet,) = seats.reservation_refusal(
        a_practical_value(), some_facts(has_seat=True), NOW, override=True
    )
    assert said(unmet) == Said(
        PracticalsReason.already_booked,
        "This person has a place already.",
        "There is nothing to reserve.",
    )


@pytest.mark.parametrize(
    ("taken", "ahead", "reason", "sentence"),
    [
        (4, 0, PracticalsReason.full, "Every place is taken."),
        (
            3,
            1,
            PracticalsReason.queue_ahead,
            "The free places go to people on the waiting list first.",
        ),
    ],
)
def test_an_admin_is_told_how_to_make_room(taken, ahead, reason, sentence):
    practical, facts = a_practical_value(taken=taken), some_facts(eligible_ahead=ahead)
    (unmet,) = seats.reservation_refusal(practical, facts, NOW, override=False)
    remedy = "Take a place away first, or reserve this one whatever stands in the way."
    assert said(unmet) == Said(reason, sentence, remedy)


OFFICE_REMEDIES = [
    ({"is_active": False}, "Open the account again on the person’s page first.", None),
    ({"is_student": False}, "Add the role on the person’s page first.", None),
    ({"is_confirmed": False}, "The person confirms it by the link in the academy’s mail.", None),
    ({"has_place": False}, "Reserve a place on the course for the person first.", None),
    (
        {"modules_missing": ("Skin",)},
        "The person finishes the lessons and passes the quiz of each.",
        None,
    ),
    ({"final_test_missing": True}, "The person passes the final test of the course.", None),
    (
        {"needs_life_support": True},
        "Enter the proof on the person’s page when you have seen it.",
        None,
    ),
    ({"has_certificate_name": False}, "Correct the details on the person’s page first.", None),
    (
        {"overlap": OVERLAP},
        "Take that place away first, or choose another day.",
        f"/admin/practicals/{OVERLAP.practical_id}",
    ),
]


@pytest.mark.parametrize(
    ("changes", "remedy", "link"), OFFICE_REMEDIES, ids=[remedy for _, remedy, _ in OFFICE_REMEDIES]
)
def test_the_office_reads_what_it_can_do_for_the_person(changes, remedy, link):
    """T14: the office was told to follow the link in its mail, and to join the waiting list."""
    facts = some_facts(**changes)
    theirs = seats.eligibility(a_practical_value(), facts)
    offices = seats.reservation_refusal(a_practical_value(), facts, NOW, override=False)
    assert [unmet.reason for unmet in offices] == [unmet.reason for unmet in theirs]
    assert [(str(unmet.remedy), unmet.link and unmet.link.path) for unmet in offices] == [
        (remedy, link)
    ]


@pytest.mark.parametrize("changes", [{"starts_at": NOW}, {"status": PracticalStatus.cancelled}])
def test_a_day_that_is_over_leads_the_office_to_its_own_list(changes):
    (unmet,) = seats.reservation_refusal(
        a_practical_value(**changes), some_facts(), NOW, override=True
    )
    assert (str(unmet.remedy), unmet.link.path) == ("Choose another day.", "/admin/practicals")


@pytest.mark.parametrize(
    ("others", "drafts", "sentence"),
    [
        (0, 0, "No day of this course is planned yet."),
        (
            1,
            0,
            "No day is planned for them. 1 day to come is kept for another intake of the course.",
        ),
        (
            2,
            0,
            "No day is planned for them. 2 days to come are kept for other intakes of the course.",
        ),
        (
            2,
            1,
            "No day is published for them. 1 day to come is still a draft: publish it first.",
        ),
        (
            0,
            3,
            "No day is published for them. 3 days to come are still drafts: publish one first.",
        ),
    ],
)
def test_why_no_day_can_be_chosen(others, drafts, sentence):
    assert str(no_day_to_choose(for_other_intakes=others, drafts=drafts)) == sentence


def test_after_the_deadline_the_academy_helps():
    practical = a_practical_value(zone=NEW_YORK, cancel_until=NOW)
    assert said(seats.cancel_refusal(practical, NOW, NOW)) == Said(
        PracticalsReason.closed,
        "You could cancel until Tue 1 Dec 2026, 04:00, New York time.",
        "If you cannot come, write to the academy.",
        "/enquiry?topic=dates",
    )
    assert said(seats.cancel_refusal(replace(practical, starts_at=NOW), NOW, NOW)) == STARTED


def test_attendance_says_when_it_can_be_marked():
    practical = a_practical_value(zone=NEW_YORK)
    assert said(seats.attendance_refusal(practical, NOW)) == Said(
        PracticalsReason.not_open_yet,
        "Attendance can be marked from the day of the practical.",
        "Come back on Tue 15 Dec 2026.",
    )
    draft = replace(practical, status=PracticalStatus.draft)
    assert said(seats.attendance_refusal(draft, NOW)) == DRAFT


def test_what_stands_in_the_way_of_the_person_is_said_whatever_the_state_of_the_date():
    facts = some_facts(is_confirmed=False)
    draft = a_practical_value(status=PracticalStatus.draft)
    assert [*map(said, seats.eligibility(draft, facts))] == [ADDRESS]
    full = a_practical_value(taken=4)
    assert [*map(said, seats.waiting_refusal(full, facts, NOW))] == [ADDRESS]


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        ({"starts_at": NOW}, {"day": "Choose a day and start in the future."}),
        ({"ends_at": STARTS}, {"ends": "The end must be after the start, on the same day."}),
        (
            {"booking_opens_at": STARTS, "booking_closes_at": STARTS},
            {"opens_day": "Booking must open before it closes."},
        ),
        ({"booking_opens_at": STARTS - TICK, "booking_closes_at": STARTS}, {}),
        (
            {"capacity": None},
            {"capacity": "Choose instructors, or enter the number of places."},
        ),
        (
            {"capacity": 2},
            {"capacity": "3 places are taken. Take places away first, or keep at least 3."},
        ),
        (
            {"capacity": 5, "over_ratio_reason": None, "instructors": frozenset({TEACHER})},
            {
                "capacity": "1 × 4 students can be taught: at most 4 places. "
                "Add an instructor, or give a reason for more below."
            },
        ),
    ],
)
def test_each_field_of_a_plan_says_how_to_mend_it(changes, messages):
    plan = a_plan(**{"capacity": 4, "over_ratio_reason": "A guest teaches", **changes})
    problems = plan_problems(plan, students_per_instructor=4, floor=3, taken=3, now=NOW)
    assert {field: str(message) for field, message in problems.items()} == messages


def test_moments_are_said_in_the_zone_of_the_venue():
    assert str(moment_message(STARTS, NEW_YORK)) == "Tue 15 Dec 2026, 04:00, New York time"
    night = STARTS.replace(hour=3)
    assert str(moment_message(night, NEW_YORK)) == "Mon 14 Dec 2026, 22:00, New York time"
    far = moment_message(STARTS, "America/Argentina/Buenos_Aires")
    assert str(far) == "Tue 15 Dec 2026, 06:00, Buenos Aires time"
    new_year = datetime(2027, 1, 1, 3, tzinfo=UTC)
    assert month_of(new_year, "Europe/London") == date(2027, 1, 1)
    assert month_of(new_year, NEW_YORK) == date(2026, 12, 1)


def test_a_venue_in_utc_has_its_own_clocks_whatever_the_zone_of_the_academy():
    """A message shows any other moment in UTC by the clocks of the academy."""
    words = ENGLISH_WORDS.in_zone("Asia/Tokyo")
    assert words.of(moment_message(STARTS, "UTC")) == "Tue 15 Dec 2026, 09:00, UTC time"


def test_the_day_begins_at_midnight_sharp_and_is_kept_in_utc():
    begins = start_of_day(STARTS.replace(minute=12, second=34, microsecond=56), NEW_YORK)
    assert begins.isoformat() == "2026-12-15T05:00:00+00:00"
    assert begins.tzinfo is UTC


def test_a_begun_hour_is_not_a_whole_one():
    assert whole_hours(NOW, NOW + timedelta(minutes=119)) == 1
    assert whole_hours(NOW, NOW + timedelta(minutes=120)) == 2


@pytest.mark.parametrize(
    ("moment", "zone", "monday"),
    [
        (datetime(2026, 12, 7, 9, tzinfo=UTC), "Europe/London", date(2026, 12, 7)),
        (datetime(2026, 12, 13, 23, 59, tzinfo=UTC), "Europe/London", date(2026, 12, 7)),
        (datetime(2026, 12, 13, 23, 59, tzinfo=UTC), "Asia/Tehran", date(2026, 12, 14)),
        (datetime(2027, 1, 1, 12, tzinfo=UTC), "Europe/London", date(2026, 12, 28)),
    ],
)
def test_a_week_begins_on_the_monday_of_the_venue(moment, zone, monday):
    assert week_of(moment, zone) == monday
