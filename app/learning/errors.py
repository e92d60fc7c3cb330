"""What learning refuses."""

from typing import Final

from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.messages import msg
from app.learning.domain import NumberedModule, lock_sentence
from app.learning.highlights import LONGEST_QUOTE, MOST_HIGHLIGHTS, HighlightRefusal


class ModuleLocked(Forbidden):
    """The lesson belongs to a module that is not open yet; `missing` must be completed first."""

    def __init__(
        self, course_key: str, module: NumberedModule, missing: tuple[NumberedModule, ...]
    ) -> None:
        super().__init__(lock_sentence(missing), reason="module-locked")
        self.course_key = course_key
        self.module = module
        self.missing = missing


class LessonStaysDone(Conflict):
    """The module's quiz is passed, so its lessons stay done."""

    def __init__(self) -> None:
        super().__init__(
            msg(
                "You have passed the quiz of this module, so its lessons stay marked as done. You can "
                "read them again at any time."
            ),
            reason="quiz-passed",
        )


class StopLinkRefused(NotFound):
    """A link to stop the weekly mails that is cut off, not ours, or of an address that was changed since."""

    title = msg("This link does not work")

    def __init__(self) -> None:
        super().__init__(
            msg(
                "It is incomplete, or the mail went to an address that is no longer yours. Nothing was "
                "changed. Sign in, and stop the mails on the page of your plan."
            )
        )


class PlanNotChanged(Conflict):
    """The weekly plan stays as it is: nothing is left to plan, or there is no plan."""

    title = msg("Your plan is not changed")
    slug = "plan-not-changed"


class BadPlan(Invalid):
    """The hours or the day cannot be used as they are."""

    slug = "bad-plan"


class NotHighlighted(Invalid):
    """The words cannot be highlighted."""

    slug = "not-highlighted"

    def __init__(self, why: HighlightRefusal) -> None:
        words = HIGHLIGHT_REFUSALS[why]
        super().__init__(words, reason=str(why), fields={"words": words})


HIGHLIGHT_REFUSALS: Final = {
    HighlightRefusal.no_words: msg("Give some words of the lesson."),
    HighlightRefusal.too_long: msg(
        "Give at most {most} letters; a longer passage can be highlighted in parts.",
        most=LONGEST_QUOTE,
    ),
    HighlightRefusal.not_in_section: msg(
        "These words do not stand in the lesson like this. Copy them from the text."
    ),
    HighlightRefusal.too_many: msg(
        "This lesson has {most} highlights already. Remove one first.", most=MOST_HIGHLIGHTS
    ),
}
