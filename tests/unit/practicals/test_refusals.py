"""The words of every refusal about practical days, once. Other tests look at reasons and values."""

from app.practicals import errors
from app.practicals.domain import attendance, lost_rights, plan, refusals, seat_refusals
from tests.make.refusal_words import words_of_refusals

SAID = {
    "practicals.domain.plan.CANCELLED": "This practical has been cancelled. Make a new one.",
    "practicals.domain.plan.STARTED": "This practical has begun; its plan stays as it is.",
    "practicals.domain.plan.NO_DRAFT": (
        "Only a draft can be published. This practical has been already."
    ),
    "practicals.domain.plan.START_PASSED": "The start has passed. Change the day first.",
    "practicals.domain.plan.NOBODY_TEACHES": (
        "Nobody teaches this day then. People keep their places. Choose an instructor as soon as "
        "you can."
    ),
    "practicals.domain.plan.NOT_CANCELLED": (
        "This practical is not cancelled. Move people by reserving a place on another day, and "
        "taking this one away."
    ),
    "practicals.domain.plan.NO_INSTRUCTOR": (
        "Nobody teaches this practical. Choose an instructor first."
    ),
    "practicals.domain.refusals.DRAFT": "This date is not published yet. Publish it first.",
    "practicals.domain.refusals.CANCELLED": (
        "This date has been cancelled. Choose another date. [See the dates](/practicals)"
    ),
    "practicals.domain.refusals.STARTED": (
        "This practical has begun or is over. Choose another date. [See the dates](/practicals)"
    ),
    "practicals.domain.refusals.BEGUN": (
        "This practical has begun. Mark the person absent instead."
    ),
    "practicals.domain.refusals.ALREADY_BOOKED": (
        "You have a place on this date. There is nothing to do."
    ),
    "practicals.domain.refusals.HAS_A_PLACE": (
        "This person has a place already. There is nothing to reserve."
    ),
    "practicals.domain.refusals.ALREADY_WAITING": (
        "You are on the waiting list already. You keep your position."
    ),
    "practicals.domain.refusals.PLACE_FREE": (
        "There is a free place. Book it; there is no need to wait."
    ),
    "practicals.domain.refusals.FULL": (
        "Every place is taken. Join the waiting list, or choose another date."
    ),
    "practicals.domain.refusals.QUEUE_AHEAD": (
        "The free places go to people on the waiting list first. Join the waiting list, or "
        "choose another date."
    ),
    "practicals.domain.refusals.NOT_ACTIVE": (
        "This account is disabled. An admin can enable it again."
    ),
    "practicals.domain.refusals.NO_STUDENT": (
        "This account is not a student's. An admin can add the role."
    ),
    "practicals.domain.refusals.UNCONFIRMED": (
        "The e-mail address is not confirmed. Follow the link in the mail from the academy, "
        "or ask for a new one. [Open your profile](/me)"
    ),
    "practicals.domain.refusals.OTHER_INTAKE": (
        "This date is kept for another intake of the course. Choose another date. [See the "
        "dates](/practicals)"
    ),
    "practicals.domain.refusals.NO_CERTIFICATE_NAME": (
        "The profile has no name for the certificate. Add the name as it should be printed. "
        "[Open your profile](/me)"
    ),
    "practicals.domain.refusals.NO_SEAT": (
        "There is no place to give back on this date. Look at the list of dates for the "
        "places held now. [See the dates](/practicals)"
    ),
    "practicals.domain.refusals.SEAT_ENDED": (
        "This place has ended already. Nothing more is to be done: the people listed here "
        "have theirs."
    ),
    "practicals.domain.refusals.NOT_WAITING": (
        "You are not on the waiting list of this date. Look at the list of dates for where "
        "you wait. [See the dates](/practicals)"
    ),
    "practicals.domain.refusals.ATTENDED": (
        "The holder of this place is marked as present. If they are not there, their "
        "instructor sets the attendance right on the roster first."
    ),
    "practicals.domain.refusals.NOT_UNMARKED": (
        "Attendance can be set back to unmarked until the end of the day. Mark the person as "
        "present or as absent."
    ),
    "practicals.domain.refusals.CONTACTS_NOT_OPEN": (
        "Instructors can open phone numbers and emergency contacts from the day before the practical to the "
        "day after it. Ask the office if somebody has to be reached at another time."
    ),
    "practicals.domain.attendance.NOT_UNMARKED": (
        "Attendance can be set back to unmarked until the end of the day. Mark the person as "
        "present or as absent."
    ),
    "practicals.domain.attendance.STAYS": (
        "The attendance is marked like this already. There is nothing to do."
    ),
    "practicals.domain.attendance.NOT_ABSENT": (
        "Only somebody who is marked as absent can be excused. Mark the person as absent first."
    ),
    "practicals.domain.seat_refusals.NO_SEAT": (
        "There is no place to give back on this date. Look at the list of dates for the places "
        "held now. [See the dates](/practicals)"
    ),
    "practicals.domain.seat_refusals.SEAT_ENDED": (
        "This place has ended already. Nothing more is to be done: the people listed here have "
        "theirs."
    ),
    "practicals.domain.seat_refusals.IS_HELD": (
        "This place is kept for a student who has not decided yet. It has to be booked or let go first, or "
        "its time to run out."
    ),
    "practicals.domain.seat_refusals.HOLDS_USED": (
        "Places on two other dates are kept for you already. Book one of them or let it go. You can also "
        "book this place at once. [See the dates](/practicals)"
    ),
    "practicals.domain.seat_refusals.EXTENDED": (
        "This place was kept for longer once already. Book it now, or let it go."
    ),
    "practicals.domain.seat_refusals.IS_OFFERED": (
        "This place is offered to somebody on the waiting list who has not answered yet. It has "
        "to be accepted or declined first."
    ),
    "practicals.domain.seat_refusals.AWAITS_PAYMENT": (
        "This place waits for its payment. It is booked once it is paid."
    ),
    "practicals.domain.seat_refusals.IS_BOOKED": (
        "This place is booked already. There is nothing to do."
    ),
    "practicals.domain.seat_refusals.LAPSED": (
        "The time to take this place is over. Look for a free place, or join a waiting list. [See "
        "the dates](/practicals)"
    ),
    "practicals.domain.seat_refusals.NO_OFFER": (
        "No place on this day is offered to you now. Look for a free place, or join a waiting "
        "list. [See the dates](/practicals)"
    ),
    "practicals.domain.seat_refusals.DECLINED": (
        "This place was declined. Look for a free place, or join a waiting list. [See the "
        "dates](/practicals)"
    ),
    "practicals.domain.seat_refusals.MOVED": (
        "This place was moved to another date. Look at the list of dates for the places held now. "
        "[See the dates](/practicals)"
    ),
    "practicals.domain.seat_refusals.NOT_LAPSED": (
        "The time to take this place is not over. Wait until it is."
    ),
    "practicals.domain.seat_refusals.HAS_A_NAME": (
        "This place has a name already. Pass it on to another person instead."
    ),
    "practicals.domain.seat_refusals.HAS_NO_NAME": (
        "Nobody is named for this place yet. Enter who comes first."
    ),
    "practicals.domain.seat_refusals.NOT_AGREED": (
        "The person who is to have this place has not agreed yet. Ask them to agree; until then "
        "you keep it."
    ),
    "practicals.domain.seat_refusals.HAS_THE_RIGHT": (
        "The holder of this place still has the right to it. Take the place away, with a reason, "
        "if it has to end."
    ),
    "practicals.errors.PlaceRefused": "This cannot be done now",
    "practicals.errors.PlanRefused": "This cannot be done now",
    "practicals.errors.Clashing": "This cannot be done now",
    "practicals.errors.ToBeConfirmed": "This cannot be done now",
    "practicals.errors.SeriesRefused": (
        "This cannot be done now: Nothing is planned yet. Look at the marked days, then save again."
    ),
    "practicals.errors.BookedMeanwhile": (
        "This cannot be done now: Somebody booked or gave a place in the same moment, so "
        "nothing was changed. Do it once more."
    ),
}


def test_the_words_of_every_refusal():
    assert words_of_refusals(attendance, lost_rights, plan, refusals, seat_refusals, errors) == SAID
