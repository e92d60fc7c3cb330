"""Pages of quizzes: before, during and after an attempt."""

from collections.abc import Mapping

from fastapi import Response

from app.kit.errors import Refused
from app.kit.ids import AttemptId
from app.kit.messages import Message, msg
from app.quizzes import access_codes, flags, page_answers, queries, service
from app.quizzes.errors import (
    AnswerUnreadable,
    AttemptEnded,
    AttemptRefused,
    AttemptStartRefused,
    NoResult,
)
from app.quizzes.forms import AccessCodeForm, NumberKeysForm, SentPage, read_page
from app.quizzes.question_pages import question_page
from app.quizzes.result_page import result_page
from app.quizzes.start_page import start_page
from app.web.access import STUDENT
from app.web.csrf import cookie_name
from app.web.errors import status_of
from app.web.forms import Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages
from app.web.safe_paths import local_path

pages = Pages()
NUMBER_KEYS = "number-keys"
"""The cookie of a browser in which keys 1 to 9 choose an option, and how many seconds that lasts."""
NUMBER_KEYS_LAST = 365 * 86_400


@pages.get("/learn/{course_key}/quizzes/{quiz_key}", name="quizzes.show", access=STUDENT)
def show_quiz(visit: Visit, course_key: str, quiz_key: str) -> Response:
    return _start_page(visit, course_key, quiz_key)


@pages.post("/quizzes/number-keys", name="quizzes.number_keys", access=STUDENT)
def set_number_keys(visit: Visit, submitted: Submitted) -> Response:
    """Turn the number keys on or off in this browser."""
    form = NumberKeysForm.read(submitted)
    is_on = form.keys == "on"
    flash = msg("Keys 1 to 9 choose an option now.") if is_on else msg("The number keys are off.")
    response = visit.redirect(local_path(form.next), flash=flash)
    if is_on:
        visit.set_cookie(response, NUMBER_KEYS, "on", seconds=NUMBER_KEYS_LAST)
    else:
        visit.drop_cookie(response, NUMBER_KEYS)
    return response


@pages.post("/learn/{course_key}/quizzes/{quiz_key}", name="quizzes.start", access=STUDENT)
def start_attempt(visit: Visit, course_key: str, quiz_key: str, submitted: Submitted) -> Response:
    form = AccessCodeForm.read(submitted)

    def effect() -> str:
        attempt_id = service.start_attempt(
            db, visit.actor, course_key, quiz_key, access_code=form.access_code, now=visit.now
        )
        return visit.url("quizzes.question", attempt_id=attempt_id, position=1)

    if form.access_code:
        access_codes.count_try(visit.database, visit.actor, course_key, quiz_key, now=visit.now)
    try:
        with visit.database.write() as db:
            to = visit.once(db, submitted, effect)
    except AttemptStartRefused as refused:
        return _start_page(visit, course_key, quiz_key, refused)
    return visit.redirect(to)


@pages.get("/attempts/{attempt_id}/continue", name="quizzes.continue", access=STUDENT)
def go_on(visit: Visit, attempt_id: AttemptId) -> Response:
    """Resume: the first question without an answer; the check if there is none, or if the attempt may only
    be submitted; the result of an ended attempt."""
    with visit.database.read() as db:
        page = queries.running_attempt(db, visit.actor, attempt_id, now=visit.now)
    if page.has_ended:
        return visit.redirect(visit.url("quizzes.result", attempt_id=attempt_id))
    if not page.may_save or not page.unanswered:
        return visit.redirect(visit.url("quizzes.check", attempt_id=attempt_id))
    first = page.unanswered[0].position
    return visit.redirect(visit.url("quizzes.question", attempt_id=attempt_id, position=first))


@pages.get("/attempts/{attempt_id}/questions/{position}", name="quizzes.question", access=STUDENT)
def show_question(visit: Visit, attempt_id: AttemptId, position: int) -> Response:
    return _question(visit, attempt_id, position)


@pages.post("/attempts/{attempt_id}/questions/{position}", name="quizzes.answer", access=STUDENT)
def save_answer(
    visit: Visit, attempt_id: AttemptId, position: int, submitted: Submitted
) -> Response:
    """Save the answers of the page on which a question stands, and set the flag that was pressed."""
    sent = read_page(submitted, position)
    try:
        with visit.database.write() as db:
            saved = page_answers.save_page(db, visit.actor, attempt_id, sent.answers, now=visit.now)
            if sent.flag is not None and saved.refusal is None:
                pressed, is_flagged = sent.flag.position, sent.flag.is_flagged
                flags.set_flag(
                    db, visit.actor, attempt_id, pressed, is_flagged=is_flagged, now=visit.now
                )
    except AttemptRefused as refused:
        return _after_the_end(visit, attempt_id, refused)
    if saved.refusal is not None:
        return _after_the_end(visit, attempt_id, AttemptEnded(saved.refusal))
    if saved.problems:
        return _question(visit, attempt_id, position, sent, saved.problems)
    return visit.redirect(_next_url(visit, attempt_id, sent, saved.last))


@pages.get("/attempts/{attempt_id}/check", name="quizzes.check", access=STUDENT)
def check_answers(visit: Visit, attempt_id: AttemptId) -> Response:
    with visit.database.read() as db:
        page = queries.running_attempt(db, visit.actor, attempt_id, now=visit.now)
    if page.has_ended:
        return visit.redirect(visit.url("quizzes.result", attempt_id=attempt_id))
    return visit.render("quizzes/check.html", page=page, notice=None)


@pages.post("/attempts/{attempt_id}/submit", name="quizzes.submit", access=STUDENT)
def submit_attempt(visit: Visit, attempt_id: AttemptId, submitted: Submitted) -> Response:
    try:
        with visit.database.write() as db:
            service.submit(db, visit.actor, attempt_id, now=visit.now)
    except AttemptRefused as refused:
        return _after_the_end(visit, attempt_id, refused)
    to = visit.url("quizzes.result", attempt_id=attempt_id)
    return visit.redirect(to, flash=msg("Your answers are sent."))


@pages.get("/attempts/{attempt_id}", name="quizzes.result", access=STUDENT)
def show_result(visit: Visit, attempt_id: AttemptId) -> Response:
    try:
        return _result(visit, attempt_id)
    except NoResult:
        return _without_result(visit, attempt_id)


def _comes_from_check(visit: RequestContext) -> bool:
    """Return whether the page was opened from the check, and leads back to it."""
    return visit.request.query_params.get("then") == "check"


def _has_number_keys(visit: RequestContext) -> bool:
    return cookie_name(visit.settings, NUMBER_KEYS) in visit.request.cookies


def _question(
    visit: RequestContext,
    attempt_id: AttemptId,
    position: int,
    sent: SentPage | None = None,
    problems: Mapping[int, Message] | None = None,
) -> Response:
    """Show the page on which a question stands, with all that was typed if something could not be read."""
    with visit.database.read() as db:
        page = queries.running_attempt(db, visit.actor, attempt_id, now=visit.now)
    sheet = question_page(page, position, sent.answers if sent else None, problems)
    if page.has_ended:
        return visit.redirect(visit.url("quizzes.result", attempt_id=attempt_id))
    if not page.may_save:
        return visit.redirect(visit.url("quizzes.check", attempt_id=attempt_id))
    comes_from_check = _comes_from_check(visit)
    problem = next(iter((problems or {}).values()), None)
    return visit.render(
        "quizzes/question.html",
        status=200 if problem is None else status_of(AnswerUnreadable(problem)),
        page=page,
        sheet=sheet,
        number_keys=_has_number_keys(visit),
        comes_from_check=comes_from_check,
        then_check=comes_from_check or sheet.place.is_last or bool(sent and sent.go == "check"),
    )


def _result(
    visit: RequestContext, attempt_id: AttemptId, refused: Refused | None = None
) -> Response:
    with visit.database.read() as db:
        page = result_page(db, visit.actor, attempt_id, now=visit.now)
    return visit.render(
        "quizzes/result.html",
        status=200 if refused is None else status_of(refused),
        page=page,
        notice=refused.detail if refused else None,
        only_missed=visit.request.query_params.get("show") == "missed",
    )


def _after_the_end(visit: RequestContext, attempt_id: AttemptId, refused: Refused) -> Response:
    """Say why the attempt does not take it, on the page that shows what can still be done."""
    with visit.database.read() as db:
        page = queries.running_attempt(db, visit.actor, attempt_id, now=visit.now)
    if page.is_abandoned:
        return _start_page(visit, page.attempt.course_key, page.attempt.quiz_key, refused)
    if page.has_ended:
        return _result(visit, attempt_id, refused)
    return visit.render(
        "quizzes/check.html", status=status_of(refused), page=page, notice=refused.detail
    )


def _without_result(visit: RequestContext, attempt_id: AttemptId) -> Response:
    """Lead to the check of a running attempt. One that was never submitted is told of on the page of its
    quiz."""
    with visit.database.read() as db:
        page = queries.running_attempt(db, visit.actor, attempt_id, now=visit.now)
    if page.is_abandoned:
        quiz = {"course_key": page.attempt.course_key, "quiz_key": page.attempt.quiz_key}
        return visit.redirect(visit.url("quizzes.show", **quiz))
    return visit.redirect(visit.url("quizzes.check", attempt_id=attempt_id))


def _start_page(
    visit: RequestContext, course_key: str, quiz_key: str, refused: Refused | None = None
) -> Response:
    with visit.database.read() as db:
        page = start_page(db, visit.actor, course_key, quiz_key, now=visit.now)
    return visit.render(
        "quizzes/start.html",
        status=200 if refused is None else status_of(refused),
        page=page,
        notice=refused.detail if refused and not refused.fields else None,
        errors=refused.fields if refused else {},
        number_keys=_has_number_keys(visit),
    )


def _next_url(visit: RequestContext, attempt_id: AttemptId, sent: SentPage, last: int) -> str:
    """Return the page before or after the one that was sent; after the last page comes the check. A pressed
    flag stays on its page."""
    if sent.flag is not None:
        place = visit.url("quizzes.question", attempt_id=attempt_id, position=sent.flag.position)
        to_check = "?then=check" if _comes_from_check(visit) else ""
        return f"{place}{to_check}#question-{sent.flag.position}"
    following = min(sent.answers) - 1 if sent.go == "previous" else max(sent.answers) + 1
    if sent.go == "check" or following > last:
        return visit.url("quizzes.check", attempt_id=attempt_id)
    return visit.url("quizzes.question", attempt_id=attempt_id, position=max(1, following))
