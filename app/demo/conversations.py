"""What students of the demo academy asked their instructors: one waits, one is answered, one is closed. Every
answer says what the lesson says."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from app.conversations import answering, service
from app.conversations.visibility import told_about
from app.demo.diary import Diary
from app.demo.people import LEARNING
from app.kit.actor import Actor
from app.kit.ids import ConversationId

LESSON = "layers-of-the-skin"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the demo. `section` is the heading of a section of the lesson; `is_closed`: the student
    says that the answer is enough."""

    student: str
    section: str
    question: str
    days: int
    answer: str = ""
    is_closed: bool = False


QUESTIONS = (
    Asked(
        LEARNING[7].name,
        "Three working layers",
        "Some of my old course notes call the fat the third layer of the skin. Here it says that it lies "
        "below the skin. Which of the two do I say on the practical day?",
        9,
        "Say “hypodermis” or “fat”, and you are clear either way. This course counts three working layers "
        "because you work with all three; strictly speaking, the hypodermis lies below the skin.",
        is_closed=True,
    ),
    Asked(
        LEARNING[0].name,
        "Where the layers come from, and why the word matters",
        "A brochure says that the product goes “into the mesoderm”. Is that wrong, or only an older word?",
        3,
        "It is shorthand, and wrong as anatomy: the mesoderm is a layer of the embryo, and an adult no "
        "longer has it.\n\nSay what you mean: “into the upper dermis”, “into the epidermis”, “into the fat”. "
        "Then the next person who reads your record knows where the product went.",
    ),
    Asked(
        LEARNING[4].name,
        "Where is the tip? The geometry",
        "With 4 mm inserted at 30 degrees the table gives 2 mm. Do I have to remember the whole table for "
        "the final test, or is the rule enough?",
        1,
    ),
)


def ask_about_lessons(diary: Diary) -> None:
    """Ask each question some days ago; answers come on the next day."""
    for number, entry in enumerate(QUESTIONS):
        at = diary.ago(entry.days, 18, 10 * number)
        diary.note(at, partial(_ask, diary, entry))


def _ask(diary: Diary, entry: Asked, now: datetime) -> None:
    student = diary.people[entry.student]
    conversation_id = service.ask(
        diary.db,
        student,
        diary.course.key,
        LESSON,
        section=_anchor(diary, entry.section),
        words=entry.question,
        now=now,
    )
    if entry.answer:
        at = now + timedelta(hours=15)
        diary.note(at, partial(_answer, diary, entry, student, conversation_id))


def _answer(
    diary: Diary, entry: Asked, student: Actor, conversation_id: ConversationId, now: datetime
) -> None:
    teacher = diary.people[told_about(diary.db, student.user_id, now=now)[0].name]
    answering.answer(diary.db, teacher, conversation_id, words=entry.answer, seen=1, now=now)
    if entry.is_closed:
        at = now + timedelta(hours=4)
        diary.note(at, partial(_close, diary, student, conversation_id))


def _close(diary: Diary, student: Actor, conversation_id: ConversationId, now: datetime) -> None:
    service.close(diary.db, student, conversation_id, now=now)
    service.mark_seen(diary.db, student, conversation_id, seen=2)


def _anchor(diary: Diary, title: str) -> str:
    lessons = (lesson for module in diary.course.modules for lesson in module.lessons)
    lesson = next(lesson for lesson in lessons if lesson.key == LESSON)
    return next(heading.anchor for heading in lesson.headings if heading.text == title)
