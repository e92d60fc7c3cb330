"""Mails about practical days: to people with a place, to people who wait, and to instructors."""

from typing import ClassVar

from app.kit.messages import Message, msg, msgs
from app.kit.stored_documents import Document
from app.mail.kinds import PersonMail
from app.mail.values import MailPart, Moment, Words
from app.practicals.domain.terms import CancelTerms
from app.practicals.domain.times import moment_message, span_message


class DayBefore(MailPart):
    """A day that was moved, as it was."""

    starts_at: Moment
    ends_at: Moment
    room: str

    @property
    def when(self) -> Message:
        return span_message(self.starts_at, self.ends_at, str(self.starts_at.tzinfo))


class OtherPlace(MailPart):
    """Another place of the same person at the same time."""

    title: str
    starts_at: Moment


class PracticalMail(PersonMail):
    """A mail about a practical day. Moments have the zone of the venue; `path` is that of the day's page."""

    course: str
    title: str
    starts_at: Moment
    ends_at: Moment
    room: str
    path: str

    @property
    def when(self) -> Message:
        return span_message(self.starts_at, self.ends_at, str(self.starts_at.tzinfo))


class PracticalMailWithReason(PracticalMail):
    """`reason` is what a person wrote."""

    reason: str


class MovedPracticalMail(PracticalMail):
    """`before` is the day as it was, and `reason` why it was moved, if somebody wrote it."""

    before: DayBefore | None = None
    reason: str | None = None


class SeatMail(MovedPracticalMail):
    """A mail about a place that the person has. `bring` is what the course asks them to bring.

    `give_back_until` is when giving it back ends, or None if it cannot be given back any more;
    `can_give_back` means that it could be when the mail was written.
    """

    bring: tuple[str, ...]
    give_back_until: Moment | None = None
    can_give_back: bool = False
    other_place: OtherPlace | None = None

    @property
    def terms(self) -> Message | None:
        if self.give_back_until is None:
            return None
        zone = str(self.give_back_until.tzinfo)
        return CancelTerms(self.give_back_until, zone, self.can_give_back).message

    @property
    def overlap(self) -> Message | None:
        if self.other_place is None:
            return None
        at = self.other_place.starts_at
        when = moment_message(at, str(at.tzinfo))
        return msg("{title}, {when}", title=self.other_place.title, when=when)

    @classmethod
    def from_version_1(cls, words: Document) -> Document:
        if "cancel_until" in words:
            until = msg("You can give the place back until {when}.", when=words["cancel_until"])
            words = {**words, "terms": until, "can_give_back": True}
        return {"overlap": None, "terms": None, **words}


class SeatBookedMail(SeatMail):
    """The person booked the place."""

    template: ClassVar[str] = "practicals/booked"
    is_own_deed: ClassVar[bool] = True


class SeatPromotedMail(SeatMail):
    """The place became free while the person waited."""

    template: ClassVar[str] = "practicals/promoted"


class SeatOfferedMail(MovedPracticalMail):
    """A place became free and is kept for the person until they answer."""

    template: ClassVar[str] = "practicals/offered"

    answer_until: Moment

    @property
    def until(self) -> Message:
        return moment_message(self.answer_until, str(self.answer_until.tzinfo))


class SeatReservedMail(SeatMail):
    """The academy reserved the place."""

    template: ClassVar[str] = "practicals/reserved"


class SeatMovedMail(SeatMail):
    """The time or the room of the day changed."""

    template: ClassVar[str] = "practicals/changed"


class SeatOnOtherDayMail(SeatMail):
    """The place of the person is on another day from now on; `before` is the day that they left."""

    template: ClassVar[str] = "practicals/moved"


class SeatReminderMail(SeatMail):
    """The day of the place is near."""

    template: ClassVar[str] = "practicals/reminder"


class SeatGivenBackMail(PracticalMail):
    """The person gave the place back."""

    template: ClassVar[str] = "practicals/given-back"
    is_own_deed: ClassVar[bool] = True


class SeatTakenAwayMail(PracticalMailWithReason):
    """The academy cancelled the place."""

    template: ClassVar[str] = "practicals/taken-away"


class PracticalCalledOffMail(PracticalMailWithReason):
    """To people with a place on a day that will not take place."""

    template: ClassVar[str] = "practicals/called-off"


class WaitersDayMovedMail(MovedPracticalMail):
    """To people who wait for a place on a day that was moved."""

    template: ClassVar[str] = "practicals/changed-waiting"


class WaitersDayCalledOffMail(PracticalMailWithReason):
    """To people who wait for a place on a day that will not take place."""

    template: ClassVar[str] = "practicals/list-closed"


class PracticalListOverMail(PracticalMail):
    """Booking closed while the person waited."""

    template: ClassVar[str] = "practicals/list-over"


class FirstDayMail(PracticalMail):
    """The first day that a student can choose; `booking` says when it can be booked."""

    template: ClassVar[str] = "practicals/first-day"

    booking: Words


class TeachingAssignedMail(PracticalMail):
    """To a new instructor of a day."""

    template: ClassVar[str] = "practicals/teaching-assigned"


class TeachingDay(MailPart):
    """One of several days that an instructor teaches."""

    starts_at: Moment
    ends_at: Moment
    room: str

    @property
    def line(self) -> Message:
        when = span_message(self.starts_at, self.ends_at, str(self.starts_at.tzinfo))
        return msg("{when}, {room}", when=when, room=self.room)


class TeachingSeriesMail(PersonMail):
    """To an instructor of several new days: one mail for all of them."""

    template: ClassVar[str] = "practicals/teaching-series"

    course: str
    title: str
    days: tuple[TeachingDay, ...]

    @property
    def subject(self) -> Message:
        return msgs(
            "You teach {n} new day: {title}",
            "You teach {n} new days: {title}",
            len(self.days),
            title=self.title,
        )


class TeachingReminderMail(PracticalMail):
    """The day that the person teaches is near; `people` have a place on it."""

    template: ClassVar[str] = "practicals/teaching-reminder"

    people: int

    @property
    def expected(self) -> Message:
        if not self.people:
            return msg("Nobody has a place yet.")
        return msgs("{n} person has a place.", "{n} people have a place.", self.people)


class TeachingRemovedMail(PracticalMail):
    """To a person who is no instructor of the day any more."""

    template: ClassVar[str] = "practicals/teaching-removed"


class TeachingMovedMail(MovedPracticalMail):
    """To the instructors of a day that was moved."""

    template: ClassVar[str] = "practicals/teaching-changed"


class TeachingCalledOffMail(PracticalMailWithReason):
    """To the instructors of a day that will not take place."""

    template: ClassVar[str] = "practicals/teaching-called-off"


class ChecklistCorrectedMail(PracticalMail):
    """To the instructors of a day whose checklist was corrected; `changes` says in sentences how."""

    template: ClassVar[str] = "practicals/teaching-corrected"

    changes: tuple[Words, ...]

    @property
    def reason(self) -> Message:
        return msg("{changes:lines}", changes=self.changes)
