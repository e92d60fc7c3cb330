"""“Was this clear?” without a script: the buttons and the words below a section."""

from dataclasses import replace
from typing import Final

from fastapi import Response

from app.kit.errors import Invalid, Refused, TooMany
from app.kit.messages import Message, msg
from app.learning import voting
from app.learning.clarity import ClarityAnswer, ClarityField
from app.learning.errors import ModuleLocked
from app.learning.forms import ClarityForm
from app.learning.lesson_reading import LessonPage
from app.learning.refused_pages import lesson_again
from app.web.access import STUDENT
from app.web.forms import Submission, Submitted
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages()
THANKS: Final = msg("Thank you. To take your answer back, choose it again.")
ASKED_WHY: Final = msg("Thank you. If you like, say below the section what was not clear.")
WORDS_SAVED: Final = msg("Thank you. The authors will read what was not clear.")
TAKEN_BACK: Final = msg("Your answer is taken back.")


@pages.post("/learn/{course_key}/lessons/{lesson_key}/clear", name="learning.clear", access=STUDENT)
def vote(visit: Visit, course_key: str, lesson_key: str, submitted: Submitted) -> Response:
    """Record whether a section was clear, and go back to it."""
    try:
        form = ClarityForm.read(submitted)
        with visit.database.write() as db:
            voting.vote_on_section(
                db,
                visit.actor,
                course_key,
                lesson_key,
                form.section,
                answer=form.answer,
                words=form.words,
                now=visit.now,
            )
    except (ModuleLocked, Invalid, TooMany) as refused:
        return lesson_again(visit, course_key, lesson_key, submitted, refused, _with_refused)
    lesson = visit.url("learning.lesson", course_key=course_key, lesson_key=lesson_key)
    return visit.redirect(f"{lesson}#note-{form.section}", flash=_thanks(form))


def _thanks(form: ClarityForm) -> Message:
    if form.answer is ClarityAnswer.none:
        return TAKEN_BACK
    if form.answer is ClarityAnswer.yes:
        return THANKS
    return WORDS_SAVED if form.words else ASKED_WHY


def _with_refused(page: LessonPage, submitted: Submission, refused: Refused) -> LessonPage:
    section, words = (str(submitted.values.get(name, "")) for name in ("section", "words"))
    if section not in page.text.anchors or not words:
        return page
    error = refused.fields.get("words", refused.detail)
    return replace(page, refused_words=ClarityField(section, words, error))
