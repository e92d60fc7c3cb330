"""Reasons against taking a place, giving it up or waiting for it, each with its remedy and a link to it."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from app.kit.errors import Link, Refusal
from app.kit.ids import PracticalId
from app.kit.messages import Message, msg
from app.practicals.domain.times import moment_message


class PracticalsReason(StrEnum):
    """Why a place cannot be taken. The values are part of the API."""

    draft = "draft"
    cancelled = "cancelled"
    started = "started"
    not_open_yet = "not_open_yet"
    closed = "closed"
    already_booked = "already_booked"
    already_waiting = "already_waiting"
    place_free = "place_free"
    full = "full"
    queue_ahead = "queue_ahead"
    account = "account"
    role = "role"
    address = "address"
    no_place = "no_place"
    other_intake = "other_intake"
    modules = "modules"
    final_test = "final_test"
    life_support = "life_support"
    profile = "profile"
    overlap = "overlap"
    no_seat = "no_seat"
    no_offer = "no_offer"
    not_waiting = "not_waiting"
    contacts_not_open = "contacts_not_open"
    attended = "attended"
    assessed = "assessed"
    held = "held"
    offered = "offered"
    awaiting_payment = "awaiting_payment"
    lapsed = "lapsed"
    not_lapsed = "not_lapsed"
    declined = "declined"
    moved = "moved"
    has_a_name = "has_a_name"
    has_no_name = "has_no_name"
    naming_over = "naming_over"
    naming_open = "naming_open"
    transfer_over = "transfer_over"
    not_agreed = "not_agreed"
    moves_used = "moves_used"
    has_the_right = "has_the_right"
    holds_used = "holds_used"
    extended = "extended"
    marked_so = "marked_so"
    not_absent = "not_absent"


DATES: Final = Link("/practicals", msg("See the dates"))
PROFILE: Final = Link("/me", msg("Open your profile"))
ACADEMY: Final = Link("/enquiry?topic=dates", msg("Write to the academy"))
OTHER_DATE: Final = msg("Choose another date.")
LIST_OR_OTHER_DATE: Final = msg("Join the waiting list, or choose another date.")
MAKE_ROOM: Final = msg("Take a place away first, or reserve this one whatever stands in the way.")

DRAFT: Final = Refusal(
    PracticalsReason.draft, msg("This date is not published yet."), msg("Publish it first.")
)
CANCELLED: Final = Refusal(
    PracticalsReason.cancelled, msg("This date has been cancelled."), OTHER_DATE, DATES
)
STARTED: Final = Refusal(
    PracticalsReason.started, msg("This practical has begun or is over."), OTHER_DATE, DATES
)
BEGUN: Final = Refusal(
    PracticalsReason.started,
    msg("This practical has begun."),
    msg("Mark the person absent instead."),
)
ALREADY_BOOKED: Final = Refusal(
    PracticalsReason.already_booked,
    msg("You have a place on this date."),
    msg("There is nothing to do."),
)
HAS_A_PLACE: Final = Refusal(
    PracticalsReason.already_booked,
    msg("This person has a place already."),
    msg("There is nothing to reserve."),
)
ALREADY_WAITING: Final = Refusal(
    PracticalsReason.already_waiting,
    msg("You are on the waiting list already."),
    msg("You keep your position."),
)
PLACE_FREE: Final = Refusal(
    PracticalsReason.place_free,
    msg("There is a free place."),
    msg("Book it; there is no need to wait."),
)
FULL: Final = Refusal(PracticalsReason.full, msg("Every place is taken."), LIST_OR_OTHER_DATE)
QUEUE_AHEAD: Final = Refusal(
    PracticalsReason.queue_ahead,
    msg("The free places go to people on the waiting list first."),
    LIST_OR_OTHER_DATE,
)
NOT_ACTIVE: Final = Refusal(
    PracticalsReason.account,
    msg("This account is disabled."),
    msg("An admin can enable it again."),
)
NO_STUDENT: Final = Refusal(
    PracticalsReason.role,
    msg("This account is not a student's."),
    msg("An admin can add the role."),
)
UNCONFIRMED: Final = Refusal(
    PracticalsReason.address,
    msg("The e-mail address is not confirmed."),
    msg("Follow the link in the mail from the academy, or ask for a new one."),
    PROFILE,
)
OTHER_INTAKE: Final = Refusal(
    PracticalsReason.other_intake,
    msg("This date is kept for another intake of the course."),
    OTHER_DATE,
    DATES,
)
NO_CERTIFICATE_NAME: Final = Refusal(
    PracticalsReason.profile,
    msg("The profile has no name for the certificate."),
    msg("Add the name as it should be printed."),
    PROFILE,
)
NO_SEAT: Final = Refusal(
    PracticalsReason.no_seat,
    msg("There is no place to give back on this date."),
    msg("Look at the list of dates for the places held now."),
    DATES,
)
SEAT_ENDED: Final = Refusal(
    PracticalsReason.no_seat,
    msg("This place has ended already."),
    msg("Nothing more is to be done: the people listed here have theirs."),
)
NOT_WAITING: Final = Refusal(
    PracticalsReason.not_waiting,
    msg("You are not on the waiting list of this date."),
    msg("Look at the list of dates for where you wait."),
    DATES,
)
ATTENDED: Final = Refusal(
    PracticalsReason.attended,
    msg("The holder of this place is marked as present."),
    msg("If they are not there, their instructor sets the attendance right on the roster first."),
)
NOT_UNMARKED: Final = Refusal(
    PracticalsReason.closed,
    msg("Attendance can be set back to unmarked until the end of the day."),
    msg("Mark the person as present or as absent."),
)

CONTACTS_NOT_OPEN: Final = Refusal(
    PracticalsReason.contacts_not_open,
    msg(
        "Instructors can open phone numbers and emergency contacts from the day before the practical to "
        "the day after it."
    ),
    msg("Ask the office if somebody has to be reached at another time."),
)


def no_place(course_key: str) -> Refusal:
    """Return the refusal of a person without a place on the course."""
    return Refusal(
        PracticalsReason.no_place,
        msg("A confirmed place on the course comes first."),
        msg("Reserve a place on the course."),
        Link(f"/courses/{course_key}", msg("See the course")),
    )


def modules_missing(course_key: str, titles: tuple[str, ...]) -> Refusal:
    """Return the refusal of a person who has not completed these modules."""
    return Refusal(
        PracticalsReason.modules,
        msg("These modules come first and are not complete: {modules}.", modules=titles),
        msg("Finish the lessons and pass the quiz of each."),
        _course(course_key),
    )


def final_test_missing(course_key: str) -> Refusal:
    """Return the refusal of a person who has not passed the final test."""
    return Refusal(
        PracticalsReason.final_test,
        msg("The final test comes first and is not passed."),
        msg("Pass the final test of the course."),
        _course(course_key),
    )


def same_time(practical_id: PracticalId, title: str, starts_at: datetime, zone: str) -> Refusal:
    """Return the refusal of a person with a place on another practical at the same time."""
    return Refusal(
        PracticalsReason.overlap,
        msg(
            "There is already a place at the same time: {title}, {when}.",
            title=title,
            when=moment_message(starts_at, zone),
        ),
        msg("Cancel that place first, or choose another date."),
        Link(f"/practicals/{practical_id}", msg("See that place")),
    )


def not_open_yet(opens: Message) -> Refusal:
    """Return the refusal before booking opens."""
    return Refusal(
        PracticalsReason.not_open_yet,
        msg("Booking opens on {when}.", when=opens),
        msg("Come back then."),
    )


def booking_closed(closed: Message) -> Refusal:
    """Return the refusal after booking has closed."""
    return Refusal(
        PracticalsReason.closed,
        msg("Booking closed on {when}.", when=closed),
        msg("Choose another date, or write to the academy."),
        DATES,
    )


def cancelling_closed(until: Message) -> Refusal:
    """Return the refusal to a student who gives a place up after its deadline."""
    return Refusal(
        PracticalsReason.closed,
        msg("You could cancel until {when}.", when=until),
        msg("If you cannot come, write to the academy."),
        ACADEMY,
    )


def attendance_not_open(opens: datetime) -> Refusal:
    """Return the refusal to mark attendance before the day, which begins at `opens`, in the venue's zone."""
    return Refusal(
        PracticalsReason.not_open_yet,
        msg("Attendance can be marked from the day of the practical."),
        msg("Come back on {day:date}.", day=opens),
    )


def _course(course_key: str) -> Link:
    return Link(f"/learn/{course_key}", msg("Go to your course"))
