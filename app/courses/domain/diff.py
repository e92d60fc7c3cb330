"""Compares two states of a course, and finds changes that would corrupt existing evidence.

Answers and assessments refer to keys. If a key got another meaning, an old answer would say
something that nobody answered. Publishing refuses such a change and tells the author to use a new
key.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from app.courses.domain.delivery import Checklist, Course, Module, Quiz
from app.courses.domain.keys import CourseKeys
from app.questions import authoring
from app.questions.delivery import Question
from app.questions.keys import QuestionKey
from app.questions.rewording import shares_nothing

NEW_QUESTION: Final = "Give the question a new key, and leave the old one out."
NEW_CHECKLIST: Final = "Give the checklist a new key, and name it in the practical."


class ChangeKind(StrEnum):
    added = "added"
    changed = "changed"
    removed = "removed"
    corrupting = "corrupting"


@dataclass(frozen=True, order=True)
class Change:
    """One difference. `remedy` says what to do; it is empty if nothing has to be done."""

    kind: ChangeKind
    where: str
    sentence: str
    remedy: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.where}:", self.sentence, self.remedy) if part)


_TEXTS_OF_COURSE: Final = (
    "title",
    "summary",
    "description_html",
    "outcomes",
    "entry_rules",
    "not_included",
    "hours",
    "clinical_review",
)


def compare(
    old_course: Course, old_keys: CourseKeys, new_course: Course, new_keys: CourseKeys
) -> tuple[Change, ...]:
    """Return every change from the old to the new state, sorted. Publishing refuses the corrupting
    ones."""
    return tuple(
        sorted(
            {
                *_course(old_course, new_course),
                *_modules(old_course, new_course),
                *_lessons(old_course, new_course),
                *_quizzes(old_course, old_keys, new_course, new_keys),
                *_practicals(old_course, new_course),
                *_checklists(old_course, new_course),
            }
        )
    )


def corrupting(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return the changes for which publishing is refused."""
    return tuple(change for change in changes if change.kind is ChangeKind.corrupting)


def allowed(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return the changes against a state that nobody used, none of which corrupts anything."""
    return tuple(
        replace(change, kind=ChangeKind.changed, remedy="Nobody has used the old state.")
        if change.kind is ChangeKind.corrupting
        else change
        for change in changes
    )


def _course(old: Course, new: Course) -> Iterator[Change]:
    for name in _TEXTS_OF_COURSE:
        if getattr(old, name) != getattr(new, name):
            what = name.removesuffix("_html").replace("_", " ")
            yield Change(ChangeKind.changed, "course", f"Its {what} changed.")
    if [module.key for module in old.modules] != [module.key for module in new.modules]:
        yield Change(ChangeKind.changed, "course", "Its modules or their order changed.")
    if old.certificate != new.certificate:
        yield Change(
            ChangeKind.changed,
            "course",
            "What the certificate says changed; certificates that were issued stay as they are.",
        )
    if old.glossary != new.glossary:
        yield Change(ChangeKind.changed, "glossary", "Terms changed.")
    yield from _clinical_values(old, new)
    if old.references != new.references:
        yield Change(ChangeKind.changed, "references", "Sources changed.")
    for name in sorted({*old.media, *new.media}):
        if old.media.get(name) != new.media.get(name):
            yield _presence(old.media, new.media, name, "drawing") or Change(
                ChangeKind.changed, f"drawing {name}", "The drawing changed."
            )


def _clinical_values(old: Course, new: Course) -> Iterator[Change]:
    before = {value.key: value for value in old.clinical_values}
    for value in new.clinical_values:
        earlier = before.pop(value.key, None)
        if earlier != value:
            state = "is not set yet" if value.value is None else f"is {value.value} {value.unit}"
            yield Change(
                ChangeKind.added if earlier is None else ChangeKind.changed,
                f"clinical value {value.key}",
                f"{value.decides}: {state}.",
            )
    for key in before:
        yield Change(ChangeKind.removed, f"clinical value {key}", "The clinical value is gone.")


def _presence(
    old: Mapping[str, object], new: Mapping[str, object], key: str, word: str, inside: str = ""
) -> Change | None:
    where = f"{inside}{word} {key}"
    if key not in old:
        return Change(ChangeKind.added, where, f"The {word} is new.")
    if key not in new:
        return Change(
            ChangeKind.removed,
            where,
            f"The {word} is gone. Results that exist are kept with the revision they belong to.",
        )
    return None


def _modules(old: Course, new: Course) -> Iterator[Change]:
    before, after = ({module.key: module for module in course.modules} for course in (old, new))
    for key in sorted({*before, *after}):
        change = _presence(before, after, key, "module")
        if change is not None:
            yield change
        elif _described(before[key]) != _described(after[key]):
            yield Change(ChangeKind.changed, f"module {key}", "What is said of it changed.")
        elif before[key].picture != after[key].picture:
            yield Change(ChangeKind.changed, f"module {key}", "Its picture changed.")


def _described(module: Module) -> object:
    lessons = [lesson.key for lesson in module.lessons]
    return module.model_dump(exclude={"lessons", "picture"}), lessons


def _lessons(old: Course, new: Course) -> Iterator[Change]:
    before, after = (
        {lesson.key: (module.key, lesson) for module in course.modules for lesson in module.lessons}
        for course in (old, new)
    )
    for key in sorted({*before, *after}):
        where = f"lesson {key}"
        change = _presence(before, after, key, "lesson")
        if change is not None:
            yield change
        elif before[key][0] != after[key][0]:
            yield Change(
                ChangeKind.corrupting,
                where,
                f"The lesson moved from the module {before[key][0]} to {after[key][0]}, where it "
                "would count as done for people who did it elsewhere.",
                "Give the lesson a new key in its new module.",
            )
        elif before[key][1] != after[key][1]:
            yield Change(ChangeKind.changed, where, "The lesson changed.")


def _quizzes(
    old: Course, old_keys: CourseKeys, new: Course, new_keys: CourseKeys
) -> Iterator[Change]:
    before = {quiz.key: quiz for quiz in old.quizzes}
    after = {quiz.key: quiz for quiz in new.quizzes}
    old_owners, new_owners = _owners(old), _owners(new)
    for key in sorted({*before, *after}):
        change = _presence(before, after, key, "quiz")
        if change is not None:
            yield change
            continue
        yield from _quiz(before[key], after[key])
        if before[key].kind == after[key].kind and old_owners[key] != new_owners[key]:
            yield Change(
                ChangeKind.corrupting,
                f"quiz {key}",
                f"The quiz moved from {old_owners[key]} to {new_owners[key]}.",
                "Give the quiz a new key in its new place.",
            )
        if old_keys.quizzes[key].access_code != new_keys.quizzes[key].access_code:
            yield Change(ChangeKind.changed, f"quiz {key}", "Its access code changed.")
        yield from _questions(
            before[key],
            old_keys.quizzes[key].questions,
            after[key],
            new_keys.quizzes[key].questions,
        )


def _owners(course: Course) -> dict[str, str]:
    owners = {module.quiz: f"the module {module.key}" for module in course.modules}
    return owners | {course.final_test: "the final test"}


SETTINGS: Final = (
    *("title", "introduction_html", "pass_percent", "attempts", "minutes", "at_time_out", "grace"),
    *("delay_minutes", "draw", "per_page", "shuffle", "fail_on_critical", "show_answers"),
)
RULES: Final = {
    "fail_on_critical": "Whether a critical error fails it",
    "show_answers": "When students see the right answers",
}


def _quiz(old: Quiz, new: Quiz) -> Iterator[Change]:
    where = f"quiz {old.key}"
    if old.kind != new.kind:
        yield Change(
            ChangeKind.corrupting,
            where,
            f"The quiz was of kind {old.kind} and is now of kind {new.kind}.",
            "Give the quiz a new key, and leave the old one out.",
        )
    for name in SETTINGS:
        if getattr(old, name) != getattr(new, name):
            what = RULES.get(name) or f"Its {name.removesuffix('_html').replace('_', ' ')}"
            yield Change(
                ChangeKind.changed,
                where,
                f"{what} changed; attempts that were begun keep the old state.",
            )


AROUND_A_QUESTION: Final = {
    "section": "The section that teaches it is another one.",
    "must_pass": "Whether it must be right changed; attempts that were begun keep the old state.",
}


def _questions(
    old: Quiz, old_keys: Mapping[str, QuestionKey], new: Quiz, new_keys: Mapping[str, QuestionKey]
) -> Iterator[Change]:
    before = {question.key: question for question in old.questions}
    after = {question.key: question for question in new.questions}
    for key in sorted({*before, *after}):
        where = f"quiz {old.key}, question {key}"
        change = _presence(before, after, key, "question", f"quiz {old.key}, ")
        if change is not None:
            yield change
            continue
        broken = list(_broken_question(before[key], after[key]))
        for sentence in broken:
            yield Change(ChangeKind.corrupting, where, sentence, NEW_QUESTION)
        if not broken:
            yield from _mended_question(
                where, before[key], old_keys[key], after[key], new_keys[key]
            )


def _broken_question(old: Question, new: Question) -> Iterator[str]:
    if old.type != new.type:
        yield f"The question was of type {old.type} and is now of type {new.type}."
        return
    yield from authoring.TYPES[new.type].broken(old, new)


def _mended_question(
    where: str, old: Question, old_key: QuestionKey, new: Question, new_key: QuestionKey
) -> Iterator[Change]:
    of_type = authoring.TYPES[new.type]
    if of_type.answer(old_key) != of_type.answer(new_key):
        yield Change(
            ChangeKind.changed,
            where,
            "The right answer changed. Attempts that were marked keep their marks.",
            "If the old answer was wrong, tell the people who were marked by it.",
        )
    for sentence, remedy in of_type.mended(old, new):
        yield Change(ChangeKind.changed, where, sentence, remedy)
    for name, sentence in AROUND_A_QUESTION.items():
        if getattr(old, name) != getattr(new, name):
            yield Change(ChangeKind.changed, where, sentence)
            old = old.model_copy(update={name: getattr(new, name)})
    if shares_nothing(old.stem_html, new.stem_html):
        yield Change(
            ChangeKind.changed,
            where,
            "The question reads entirely differently.",
            "If it asks something else now, give it a new key.",
        )
    elif old != new or _explained(old_key) != _explained(new_key):
        yield Change(ChangeKind.changed, where, "The question's text or points changed.")


def _explained(key: QuestionKey) -> object:
    return key.explanation_html, key.option_explanations


def _practicals(old: Course, new: Course) -> Iterator[Change]:
    before = {kind.key: kind for kind in old.practicals}
    after = {kind.key: kind for kind in new.practicals}
    replaced = {key for kind in new.practicals for key in kind.replaces}
    for key in sorted({*before, *after}):
        change = _presence(before, after, key, "practical")
        if key not in after and key not in replaced:
            yield Change(
                ChangeKind.corrupting,
                f"practical {key}",
                "The kind of practical is gone, and the certificate of people who learn by an earlier "
                "revision needs it.",
                f"Keep its key and change its title, or write `replaces: [{key}]` into the kind that "
                "takes its place.",
            )
        elif change is not None:
            yield change
        elif before[key] != after[key]:
            yield Change(ChangeKind.changed, f"practical {key}", "The kind of practical changed.")


def _checklists(old: Course, new: Course) -> Iterator[Change]:
    before = {checklist.key: checklist for checklist in old.checklists}
    after = {checklist.key: checklist for checklist in new.checklists}
    for key in sorted({*before, *after}):
        change = _presence(before, after, key, "checklist")
        if change is not None:
            yield change
            continue
        yield from _steps(before[key], after[key])
        if _pass_rule(before[key]) != _pass_rule(after[key]):
            yield Change(
                ChangeKind.changed,
                f"checklist {key}",
                "Its pass rule changed; assessments that were begun keep the old rule.",
            )
        if _outline(before[key]) != _outline(after[key]):
            yield Change(
                ChangeKind.changed, f"checklist {key}", "Its words or the order of steps changed."
            )


def _pass_rule(checklist: Checklist) -> object:
    sections = {
        section.key: section.pass_percent
        for section in checklist.sections
        if section.pass_percent is not None
    }
    unaided = {step.key for step in checklist.unaided_steps}
    return checklist.pass_percent, checklist.most_prompts_on_critical, sections, unaided


def _outline(checklist: Checklist) -> object:
    sections = [
        (section.key, section.title, [step.key for step in section.steps])
        for section in checklist.sections
    ]
    return checklist.title, checklist.introduction_html, sections


def _steps(old: Checklist, new: Checklist) -> Iterator[Change]:
    before = {step.key: step for step in old.steps}
    after = {step.key: step for step in new.steps}
    for key in sorted({*before, *after}):
        where = f"checklist {old.key}, step {key}"
        if key not in before:
            yield Change(ChangeKind.added, where, "The step is new.")
        elif key not in after:
            yield Change(
                ChangeKind.corrupting,
                where,
                "The step is gone, and assessments may have marked it.",
                NEW_CHECKLIST,
            )
        elif before[key].critical != after[key].critical:
            became = "became critical" if after[key].critical else "is no longer critical"
            yield Change(
                ChangeKind.corrupting,
                where,
                f"The step {became}, so that old marks would be judged by another rule.",
                NEW_CHECKLIST,
            )
        elif before[key] != after[key]:
            yield Change(ChangeKind.changed, where, "The step's words changed.")
