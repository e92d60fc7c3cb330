"""Refusals as the office reads them: what an admin can do about them, for somebody else.

The reasons stay those of `refusals`; only the remedy and its link are other ones.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from app.kit.errors import Link, Refusal
from app.kit.messages import Message, msg, msgs
from app.practicals.domain.refusals import MAKE_ROOM, PracticalsReason

OTHER_DAY: Final = msg("Choose another day.")
LIST: Final = Link("/admin/practicals", msg("See the practicals"))
REMEDIES: Final[Mapping[str, Message]] = {
    PracticalsReason.cancelled: OTHER_DAY,
    PracticalsReason.started: OTHER_DAY,
    PracticalsReason.full: MAKE_ROOM,
    PracticalsReason.queue_ahead: MAKE_ROOM,
    PracticalsReason.account: msg("Open the account again on the person’s page first."),
    PracticalsReason.role: msg("Add the role on the person’s page first."),
    PracticalsReason.address: msg("The person confirms it by the link in the academy’s mail."),
    PracticalsReason.no_place: msg("Reserve a place on the course for the person first."),
    PracticalsReason.other_intake: msg("Choose a day of the person’s own intake."),
    PracticalsReason.modules: msg("The person finishes the lessons and passes the quiz of each."),
    PracticalsReason.final_test: msg("The person passes the final test of the course."),
    PracticalsReason.life_support: msg(
        "Enter the proof on the person’s page when you have seen it."
    ),
    PracticalsReason.profile: msg("Correct the details on the person’s page first."),
    PracticalsReason.overlap: msg("Take that place away first, or choose another day."),
}
LINKS: Final[Mapping[str, Link]] = {
    PracticalsReason.cancelled: LIST,
    PracticalsReason.started: LIST,
    PracticalsReason.other_intake: LIST,
}


def for_office(unmet: Refusal) -> Refusal:
    """Return a refusal with what the office can do about it. The link to another day of the person leads to
    the office's page of that day; other links of students are left out."""
    link = LINKS.get(unmet.reason)
    if unmet.reason == PracticalsReason.overlap and unmet.link is not None:
        link = replace(unmet.link, path=f"/admin{unmet.link.path}")
    return replace(unmet, remedy=REMEDIES.get(unmet.reason, unmet.remedy), link=link)


def no_day_to_choose(*, for_other_intakes: int, drafts: int) -> Message:
    """Return why no practical day can be chosen for the people of an intake."""
    if drafts:
        return msgs(
            "No day is published for them. {n} day to come is still a draft: publish it first.",
            "No day is published for them. {n} days to come are still drafts: publish one first.",
            drafts,
        )
    if for_other_intakes:
        return msgs(
            "No day is planned for them. {n} day to come is kept for another intake of the course.",
            "No day is planned for them. {n} days to come are kept for other intakes of the course.",
            for_other_intakes,
        )
    return msg("No day of this course is planned yet.")
