"""What is said of a day that is over: who came, and how their assessments ended."""

from dataclasses import dataclass

from app.kit.messages import Message, msg, msgs


@dataclass(frozen=True, slots=True)
class DayOutcome:
    """The numbers of a past day. `expected` people had a place; the attendance of those who are neither
    present nor absent is not marked. Each assessed person is competent, not yet competent, or waits for
    the signature of the instructor."""

    expected: int
    present: int
    absent: int
    competent: int
    not_yet: int
    to_sign: int

    @property
    def unmarked(self) -> int:
        """The number of people whose attendance is not marked."""
        return self.expected - self.present - self.absent

    @property
    def assessed(self) -> int:
        """The number of people with an assessment, signed or not."""
        return self.competent + self.not_yet + self.to_sign

    @property
    def attendance(self) -> tuple[Message, ...]:
        """3 of 4 present; 1 not marked"""
        if not self.expected:
            return (msg("Nobody had a place"),)
        present = msg("{present} of {all} present", present=self.present, all=self.expected)
        if not self.unmarked:
            return (present,)
        return (present, msgs("{n} not marked", "{n} not marked", self.unmarked))

    @property
    def assessments(self) -> tuple[Message, ...]:
        """3 assessed; 1 competent; 1 not yet competent; 1 still to sign"""
        if not self.assessed:
            return (msg("Nobody assessed"),)
        lines = (
            (self.assessed, msgs("{n} assessed", "{n} assessed", self.assessed)),
            (self.competent, msgs("{n} competent", "{n} competent", self.competent)),
            (self.not_yet, msgs("{n} not yet competent", "{n} not yet competent", self.not_yet)),
            (self.to_sign, msgs("{n} still to sign", "{n} still to sign", self.to_sign)),
        )
        return tuple(words for people, words in lines if people)
