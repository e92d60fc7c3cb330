"""Why an assessment is not competent is said plainly: before signing, in the report, on paper, by the API."""

import pytest

from app.assessments.domain import Mark
from app.courses.domain.parsing import parse_course
from tests.make.assessments import a_day, a_signed_assessment, an_assessment, marked
from tests.make.courses import small_files
from tests.make.learning import a_published_course
from tests.make.pages import all_words as words
from tests.make.pdf import text_of

REASONS = (
    "Needed a prompt and must be done unaided: Confirms who the model is",
    "Prompts were needed on 1 critical step; none is allowed.",
    "Section “After the needle”: 2 of 4 points, 50%. Needed: 75%.",
)
RULE = (
    "Competent needs: 60% of all points. No critical step marked not done. "
    "75% of the points of “After the needle”. No prompt on critical steps. "
    "No prompt on the step that must be done unaided."
)


def strict_course():
    """The small course with a threshold for a section, an unaided step and no prompt on critical steps."""
    files = dict(small_files())
    path = "checklists/first-session.yaml"
    text = files[path].decode()
    for old, new in (
        ("pass_percent: 70\n", "pass_percent: 60\nmost_prompts_on_critical: 0\n"),
        ("would be treated\n", "would be treated\n        unaided: true\n"),
        ("title: After the needle\n", "title: After the needle\n    pass_percent: 75\n"),
    ):
        assert old in text
        text = text.replace(old, new)
    parsed = parse_course("small-course", {**files, path: text.encode()})
    assert parsed.problems == ()
    return parsed


@pytest.fixture
def day(database):
    with database.write() as db:
        published = a_published_course(db, strict_course())
        return a_day(db, revision_id=published.revision_id)


def test_the_signing_page_names_each_reason_and_the_rule(database, day, as_person):
    with database.write() as db:
        assessment_id = an_assessment(db, day)
        marked(db, day, assessment_id, identity=Mark.prompted, aftercare=Mark.not_done)
    shown = words(as_person(day.instructor).get(f"/assessments/{assessment_id}/sign"))
    assert all(reason in shown for reason in REASONS)
    assert RULE in shown
    assert "All sections" not in shown
    sheet = words(as_person(day.instructor).get(f"/assessments/{assessment_id}"))
    assert "Critical, unaided" in sheet


def test_the_report_says_it_on_the_page_on_paper_and_by_the_api(database, day, as_person):
    with database.write() as db:
        assessment_id = a_signed_assessment(
            db, day, identity=Mark.prompted, aftercare=Mark.not_done
        )
    student = as_person(day.student)
    page = words(student.get(f"/reports/{assessment_id}"))
    paper = " ".join(text_of(student.get(f"/reports/{assessment_id}/report.pdf").content).split())
    answer = student.get(f"/api/v1/reports/{assessment_id}").json()
    for reason in REASONS:
        assert reason in page
        assert reason in paper
    assert RULE in page
    assert RULE in paper
    assert [reason["sentence"] for reason in answer["reasons"]] == list(REASONS)
    assert [reason["code"] for reason in answer["reasons"]] == [
        "prompted_not_unaided",
        "too_many_prompts",
        "section_below_pass",
    ]
    assert "Competent needs: " + " ".join(answer["needed"]) == RULE
    assert [step["unaided"] for step in answer["steps"]] == [True, False, False, False]


def test_the_reasons_are_not_told_before_the_signature(database, day, as_person):
    with database.write() as db:
        assessment_id = an_assessment(db, day)
        marked(db, day, assessment_id, identity=Mark.prompted)
    answer = as_person(day.instructor).get(f"/api/v1/assessments/{assessment_id}").json()
    assert (answer["outcome"], answer["reasons"]) == (None, [])


def test_a_blank_checklist_says_the_rule_and_the_unaided_steps(database, day, as_person):
    address = f"/teach/practicals/{day.practical_id}/checklists.pdf"
    paper = " ".join(text_of(as_person(day.instructor).get(address).content).split())
    assert RULE in paper
    assert "Critical step, to be done unaided. Confirms who the model is" in paper


def test_a_course_with_the_stricter_rule_follows_the_old_one_under_the_same_keys(database):
    """A stricter rule may be published for a checklist in use, because assessments that have begun
    pin their revision."""
    with database.write() as db:
        old = a_published_course(db)
        new = a_published_course(db, strict_course())
    assert (old.number, new.number) == (1, 2)
    assert old.course.checklists[0].most_prompts_on_critical is None
    assert new.course.checklists[0].most_prompts_on_critical == 0
