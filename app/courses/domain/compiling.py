"""Turns checked source files into the two published documents: delivery and keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.authoring.figures import with_drawings
from app.authoring.markdown import Rendered, Renderer
from app.authoring.sanitising import sanitised
from app.courses.domain import delivery, keys, source
from app.courses.domain.study_time import course_hours, module_minutes, reading_minutes
from app.questions.authoring import authoring_of
from app.questions.contract import Common, Html
from app.questions.delivery import Question
from app.questions.fields import QuestionFields
from app.questions.keys import QuestionKey


@dataclass
class CheckedFiles:
    """All files of a course, each checked; the Markdown of lessons is rendered."""

    course: source.CourseFile | None = None
    modules: dict[str, source.ModuleFile] = field(default_factory=dict)
    lessons: dict[str, source.LessonFields] = field(default_factory=dict)
    bodies: dict[str, Rendered] = field(default_factory=dict)
    quizzes: dict[str, source.QuizFile] = field(default_factory=dict)
    practicals: dict[str, source.PracticalFile] = field(default_factory=dict)
    checklists: dict[str, source.ChecklistFile] = field(default_factory=dict)
    glossary: Mapping[str, source.TermFields] = field(default_factory=dict)
    references: Mapping[str, source.ReferenceFields] = field(default_factory=dict)
    errata: Mapping[str, source.ErratumFields] = field(default_factory=dict)


def compiled(
    key: str, course: source.CourseFile, checked: CheckedFiles, renderer: Renderer
) -> tuple[delivery.Course, keys.CourseKeys]:
    """Return the two documents of a course without problems."""
    quizzes = [checked.modules[module].quiz for module in course.modules] + [course.final_test]
    answers = keys.CourseKeys(
        quizzes={name: _quiz_keys(checked.quizzes[name], renderer) for name in quizzes}
    )
    delivered = {name: _quiz(name, checked.quizzes[name], renderer) for name in quizzes}
    return _delivery(key, course, checked, renderer, delivered), answers


def _delivery(
    key: str,
    course: source.CourseFile,
    checked: CheckedFiles,
    renderer: Renderer,
    delivered: Mapping[str, delivery.Quiz],
) -> delivery.Course:
    modules = tuple(_module(name, course.modules, checked, delivered) for name in course.modules)
    practicals = tuple(
        _practical(name, checked.practicals[name], renderer) for name in course.practicals
    )
    return delivery.Course(
        key=key,
        title=course.title,
        summary=course.summary,
        description_html=renderer.field(course.description).html,
        outcomes=tuple(course.outcomes),
        entry_rules=tuple(course.entry_rules),
        not_included=tuple(course.not_included),
        language=course.language,
        clinical_review=course.clinical_review,
        hours=course.hours
        or course_hours(modules, delivered.values(), course.final_test, practicals),
        modules=modules,
        quizzes=tuple(delivered.values()),
        final_test=course.final_test,
        practicals=practicals,
        checklists=_checklists(course, checked, renderer),
        certificate=delivery.CertificateText(
            title=course.certificate.title, scope=course.certificate.scope
        ),
        glossary=_glossary(checked, renderer),
        references=tuple(_reference(name, checked) for name in checked.references),
        media=_digests(renderer),
        clinical_values=tuple(
            delivery.ClinicalValue(**value.model_dump()) for value in course.clinical_values
        ),
    )


def _checklists(
    course: source.CourseFile, checked: CheckedFiles, renderer: Renderer
) -> tuple[delivery.Checklist, ...]:
    names = dict.fromkeys(checked.practicals[name].checklist for name in course.practicals)
    return tuple(_checklist(name, checked.checklists[name], renderer) for name in names)


def _digests(renderer: Renderer) -> dict[str, str]:
    return {
        name: drawing.digest
        for name, drawing in sorted(renderer.drawings.items())
        if drawing is not None
    }


def _module(
    key: str, order: list[str], checked: CheckedFiles, quizzes: Mapping[str, delivery.Quiz]
) -> delivery.Module:
    fields = checked.modules[key]
    position = order.index(key)
    requires = fields.requires
    if requires is None:
        requires = order[max(position - 1, 0) : position]
    lessons = tuple(_lesson(name, checked) for name in fields.lessons)
    return delivery.Module(
        key=key,
        title=fields.title,
        summary=fields.summary,
        objectives=tuple(fields.objectives),
        minutes=fields.minutes or module_minutes(lessons, quizzes[fields.quiz]),
        lessons=lessons,
        quiz=fields.quiz,
        requires=tuple(requires),
        picture=fields.picture,
    )


def _lesson(key: str, checked: CheckedFiles) -> delivery.Lesson:
    fields, body = checked.lessons[key], checked.bodies[key]
    return delivery.Lesson(
        key=key,
        title=fields.title,
        minutes=fields.minutes or reading_minutes(body.text, body.html),
        objectives=tuple(fields.objectives),
        html=body.html,
        headings=body.headings,
        sources=tuple(_reference(name, checked) for name in fields.sources),
        text=body.text,
    )


def _reference(key: str, checked: CheckedFiles) -> delivery.Source:
    fields = checked.references[key]
    return delivery.Source(
        key=key, text=fields.text, url=fields.url, seen=fields.seen, weak=fields.weak
    )


def _glossary(checked: CheckedFiles, renderer: Renderer) -> tuple[delivery.Term, ...]:
    """Return the glossary in alphabetical order."""
    terms = sorted(checked.glossary.items(), key=lambda item: (item[1].term.casefold(), item[0]))
    return tuple(
        delivery.Term(
            key=key, term=fields.term, definition_html=renderer.field(fields.definition).html
        )
        for key, fields in terms
    )


def _practical(
    key: str, fields: source.PracticalFile, renderer: Renderer
) -> delivery.PracticalKind:
    return delivery.PracticalKind(
        key=key,
        title=fields.title,
        summary=fields.summary,
        description_html=renderer.field(fields.description).html,
        students_per_instructor=fields.students_per_instructor,
        minutes=fields.minutes,
        live_models=fields.live_models,
        requires=tuple(fields.requires),
        bring=tuple(fields.bring),
        checklist=fields.checklist,
        replaces=tuple(fields.replaces),
        final_test=fields.final_test,
        basic_life_support=fields.basic_life_support,
    )


def _checklist(key: str, fields: source.ChecklistFile, renderer: Renderer) -> delivery.Checklist:
    return delivery.Checklist(
        key=key,
        title=fields.title,
        introduction_html=_optional(fields.introduction, renderer),
        pass_percent=fields.pass_percent,
        sections=tuple(
            delivery.Section(
                key=section.key,
                title=section.title,
                steps=tuple(delivery.Step(**step.model_dump()) for step in section.steps),
                pass_percent=section.pass_percent,
            )
            for section in fields.sections
        ),
        most_prompts_on_critical=fields.most_prompts_on_critical,
    )


def _quiz(key: str, fields: source.QuizFile, renderer: Renderer) -> delivery.Quiz:
    return delivery.Quiz(
        key=key,
        title=fields.title,
        kind=fields.kind,
        introduction_html=_optional(fields.introduction, renderer),
        pass_percent=fields.pass_percent,
        attempts=fields.attempts,
        minutes=fields.minutes,
        draw=fields.draw,
        shuffle=fields.shuffle,
        show_answers=fields.show_answers,
        fail_on_critical=fields.fail_on_critical,
        at_time_out=None if fields.at_time_out == "submit" else fields.at_time_out,
        grace=fields.grace,
        delay_minutes=fields.delay,
        per_page=fields.per_page,
        needs_access_code=fields.access_code is not None,
        questions=tuple(_question(question, renderer) for question in fields.questions),
    )


def _question(fields: QuestionFields, renderer: Renderer) -> Question:
    figures = [renderer.figure(fields.figure, f"figure-{fields.key}")] if fields.figure else []
    stem = "\n".join([renderer.field(fields.stem).html, *(figure.html for figure in figures)])
    common: Common = {
        "key": fields.key,
        "type": fields.type,
        "stem_html": with_drawings(sanitised(stem), figures),
        "points": fields.points,
        "section": fields.section,
        "must_pass": fields.must_pass,
    }
    question: Question = authoring_of(fields).delivered(fields, common, _html(renderer))
    return question


def _quiz_keys(fields: source.QuizFile, renderer: Renderer) -> keys.QuizKeys:
    return keys.QuizKeys(
        questions={
            question.key: _question_key(question, renderer) for question in fields.questions
        },
        access_code=fields.access_code,
    )


def _question_key(fields: QuestionFields, renderer: Renderer) -> QuestionKey:
    explanation = renderer.field(fields.explanation).html
    key: QuestionKey = authoring_of(fields).keyed(fields, explanation, _html(renderer))
    return key


def _html(renderer: Renderer) -> Html:
    return lambda text: renderer.field(text).html


def _optional(text: str | None, renderer: Renderer) -> str:
    return "" if text is None else renderer.field(text).html
