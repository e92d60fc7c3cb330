"""What the form to ask a question shows: the lesson and its sections, as this student reads them."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.conversations import policy
from app.conversations.domain import PLACE_ENDED, UNKNOWN_SECTION, AskedPlace, AskedSection
from app.conversations.errors import MessageNotSent, UnknownSection
from app.courses import queries as courses
from app.courses.domain.delivery import Course, Lesson
from app.courses.queries import PublishedCourse
from app.enrolments.queries import has_had_place, place_on
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.learning.queries import CourseMap, find_lesson, map_of, standing_on, standings_of


@dataclass(frozen=True, slots=True)
class AskingPage:
    """A lesson about which somebody asks. `base` is the address of the lesson."""

    base: str
    course_key: str
    course_title: str
    lesson_key: str
    lesson_title: str
    sections: tuple[AskedSection, ...]
    language: str

    def asked_place(self, anchor: str | None) -> AskedPlace:
        """Return what a question about a section is about, or about the whole lesson for None. Raise
        UnknownSection."""
        section = next((each for each in self.sections if each.anchor == anchor), None)
        if anchor is not None and section is None:
            raise UnknownSection(UNKNOWN_SECTION, fields={"section": UNKNOWN_SECTION.words})
        return AskedPlace(
            self.course_key,
            self.course_title,
            self.lesson_key,
            self.lesson_title,
            section,
            self.language,
        )


def courses_to_ask_about(db: Session, actor: Actor) -> tuple[CourseMap, ...]:
    """Return the maps of the actor’s courses, sorted by title. Each lesson of a module that is not locked can
    be asked about."""
    require(policy.may_ask(actor))
    maps = [map_of(standing) for standing in standings_of(db, actor.user_id).values()]
    return tuple(sorted(maps, key=lambda each: each.progress.title))


def asking_page(db: Session, actor: Actor, course_key: str, lesson_key: str) -> AskingPage:
    """Return the lesson for the form. Raise NotFound for people who never had a place on the course,
    MessageNotSent where it has ended, and ModuleLocked for a lesson that is not open yet."""
    require(policy.may_ask(actor))
    if place_on(db, actor.user_id, course_key) is None:
        if not has_had_place(db, actor.user_id, course_key):
            raise NotFound
        raise MessageNotSent(PLACE_ENDED)
    standing = standing_on(db, actor, course_key)
    _, lesson = find_lesson(standing.course, standing.done, lesson_key)
    return _page(standing.published, lesson)


def past_asking_page(db: Session, actor: Actor, course_key: str, lesson_key: str) -> AskingPage:
    """Return the lesson for a person whose place has ended, from the course as it is now: their question
    was refused, and the page shows it again. Raise NotFound."""
    require(policy.may_ask(actor))
    published = courses.current(db, course_key)
    lesson = _lesson(published.course, lesson_key) if published else None
    if published is None or lesson is None or not has_had_place(db, actor.user_id, course_key):
        raise NotFound
    return _page(published, lesson)


def _lesson(course: Course, lesson_key: str) -> Lesson | None:
    module_and_lesson = course.find_lesson(lesson_key)
    return module_and_lesson[1] if module_and_lesson else None


def _page(published: PublishedCourse, lesson: Lesson) -> AskingPage:
    course = published.course
    return AskingPage(
        base=f"/learn/{course.key}/lessons/{lesson.key}",
        course_key=course.key,
        course_title=course.title,
        lesson_key=lesson.key,
        lesson_title=lesson.title,
        sections=tuple(
            AskedSection(heading.anchor, heading.text)
            for heading in lesson.headings
            if heading.level == 2
        ),
        language=published.language,
    )
