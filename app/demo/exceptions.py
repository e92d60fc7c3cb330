"""Gives a student of the demo academy more time at every quiz; the final test is next for her."""

from datetime import datetime
from fractions import Fraction
from functools import partial

from app.demo.diary import Diary
from app.demo.people import ADMIN
from app.quizzes.domain.exceptions import EVERY_QUIZ, ExceptionAudience, ExceptionTerms
from app.reports import exceptions
from app.reports.exceptions import ExceptionWish

WITH_MORE_TIME = "Chidinma Okereke"


def give_time(diary: Diary) -> None:
    diary.note(diary.ago(2, 11), partial(_give, diary))


def _give(diary: Diary, now: datetime) -> None:
    wish = ExceptionWish(
        audience=ExceptionAudience(user_id=diary.people[WITH_MORE_TIME].user_id),
        course_key=diary.course.key,
        quiz_key=EVERY_QUIZ,
        terms=ExceptionTerms(factor=Fraction(3, 2)),
    )
    admin, reason = diary.people[ADMIN.name], "As we agreed on the phone."
    exceptions.give_exception(diary.db, admin, wish, reason=reason, reason_is_told=True, now=now)
