"""A small model of the issue: the attempts of one student at one quiz. It shares no code with the product,
and counts seconds from the start of an example."""

from dataclasses import dataclass, field

LIMIT, GRACE, SENDING = 600, 300, 10
"""Seconds: the limit of the quiz, the time in which an overdue attempt can still be sent, and how long
sending may take."""
TRIES, QUESTIONS, NEEDED = 3, 2, 1


@dataclass
class Try:
    """One attempt: when it began and ends, what is given back, and which answers are stored."""

    began: int
    end: int
    given_back: int = 0
    state: str = "running"
    ended: int | None = None
    counted: dict[int, bool] = field(default_factory=dict)
    sequences: dict[int, int] = field(default_factory=dict)
    newest: dict[int, bool] = field(default_factory=dict)
    newest_is_late: dict[int, bool] = field(default_factory=dict)
    made_good: set[int] = field(default_factory=set)

    @property
    def points(self) -> int:
        return sum(self.counted.values())

    @property
    def is_passed(self) -> bool:
        return self.state == "done" and self.points >= NEEDED


@dataclass
class Model:
    """The attempts of one student at one quiz."""

    at_time_out: str
    now: int = 0
    extra: int = 0
    tries: list[Try] = field(default_factory=list)

    @property
    def open(self) -> Try | None:
        return next((each for each in self.tries if each.state in ("running", "overdue")), None)

    def tick(self, seconds: int) -> None:
        self.now += seconds
        for each in self.tries:
            if each.state == "running" and self.now > each.end + SENDING:
                self.time_ends(each)
            if each.state == "overdue" and self.now > each.end + GRACE + SENDING:
                each.state = "abandoned"

    def time_ends(self, attempt: Try) -> None:
        after = {"submit": "done", "grace": "overdue", "abandon": "abandoned"}
        attempt.state = after[self.at_time_out]
        attempt.ended = attempt.end if attempt.state == "done" else None

    def start(self) -> Try | None:
        if self.open is None and len(self.tries) < TRIES:
            self.tries.append(Try(self.now, self.now + LIMIT + self.extra))
        return self.open

    def save(self, attempt: Try, question: int, right: bool) -> bool:
        """Store an answer after the others; return whether it counts."""
        attempt.sequences[question] = attempt.sequences.get(question, 0) + 1
        attempt.newest[question] = right
        attempt.newest_is_late[question] = attempt.state != "running"
        if attempt.state == "running":
            attempt.counted[question] = right
        return attempt.state == "running"

    def save_by_form(self, attempt: Try, question: int, right: bool) -> bool:
        """A form without a number stores nothing if it says the same, unless that came too late."""
        was_late = attempt.newest_is_late.get(question, False)
        is_same = attempt.newest.get(question) is right
        if is_same and not (was_late and attempt.state == "running"):
            return not was_late
        return self.save(attempt, question, right)

    def submit(self, attempt: Try) -> bool:
        """Send an attempt; return whether it has a result."""
        if attempt.state in ("running", "overdue"):
            last = attempt.end + (GRACE if self.at_time_out == "grace" else 0)
            attempt.state, attempt.ended = "done", min(self.now, last)
        return attempt.state == "done"

    def move(self, attempt: Try, end: int) -> None:
        attempt.given_back += end - attempt.end
        attempt.end, attempt.state, attempt.ended = end, "running", None

    def give(self, attempt: Try, minutes: int) -> bool:
        if attempt.state not in ("running", "overdue") or attempt.end + 60 * minutes <= self.now:
            return False
        self.move(attempt, attempt.end + 60 * minutes)
        return True

    def reopen(self, attempt: Try, minutes: int) -> bool:
        if attempt.state not in ("done", "abandoned") or self.open is not None:
            return False
        self.move(attempt, max(attempt.end, self.now + 60 * minutes))
        return True

    def make_good(self, began: int, ended: int) -> int:
        """Give the seconds of an outage back, and return how many attempts got some."""
        return sum(self.regain(attempt, began, ended) for attempt in reversed(self.tries))

    def regain(self, attempt: Try, began: int, ended: int) -> bool:
        was_sent = attempt.ended is not None and attempt.ended < attempt.end
        if was_sent or attempt.is_passed or self.open not in (None, attempt):
            return False
        worked = set(range(attempt.began, attempt.end))
        lost = len(worked.intersection(range(began, ended)) - attempt.made_good)
        if not lost:
            return False
        attempt.made_good.update(range(began, ended))
        self.move(attempt, max(attempt.end, self.now) + lost)
        return True
