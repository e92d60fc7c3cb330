"""The rules whose mutation score is measured, in sets; see `mutation.py`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """Files of rules (`*` stands for any name) and the tests that must notice a change of one. `left_out` are
    slow ones among these tests, whose work the quicker ones do already. `needs_fixtures`: they use what
    `conftest.py` makes; to import that takes longer than most of these tests."""

    files: tuple[str, ...]
    tests: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    needs_fixtures: bool = False


OF_COURSES = (
    "tests/unit/authoring/test_characters.py",
    "tests/unit/courses/test_compiling.py",
    "tests/unit/courses/test_parsing_broken_courses.py",
    "tests/unit/authoring/test_insertions.py",
    "tests/unit/authoring/test_markdown.py",
    "tests/unit/authoring/test_syntax.py",
    "tests/unit/authoring/test_unknown_markup.py",
    "tests/unit/courses/test_parsing.py",
    "tests/unit/courses/test_delivery_replacing.py",
    "tests/unit/courses/test_section_names.py",
    "tests/unit/courses/test_taught_sections.py",
)
SLOW_OF_COURSES = (
    "tests/unit/authoring/test_unknown_markup.py::test_ordinary_words_side_by_side",
    "tests/unit/authoring/test_unknown_markup.py::test_a_mark_among_ordinary_words_is_told",
    "tests/unit/authoring/test_markdown.py::test_whatever_is_typed_the_html_is_safe_and_no_line_is_outside",
    "tests/unit/courses/test_parsing.py::test_a_changed_line_anywhere_never_breaks_the_parser",
    "tests/unit/courses/test_parsing.py::test_any_file_in_ruins_is_named_and_breaks_nothing",
    "tests/unit/courses/test_parsing.py::test_the_digest_does_not_know_the_order_of_files",
)
SETS = {
    "seats": Rules(("app/practicals/domain/*.py",), ("tests/unit/practicals",)),
    "marking": Rules(
        (
            *("app/quizzes/marking.py", "app/quizzes/domain/*.py"),
            *("app/questions/*/answering.py", "app/questions/*/scoring.py"),
        ),
        (
            *("tests/unit/quizzes", "tests/unit/questions"),
            "tests/integration/quizzes/test_marking.py",
        ),
        needs_fixtures=True,
    ),
    "certificates": Rules(
        ("app/certificates/domain.py",), ("tests/unit/certificates/test_domain.py",)
    ),
    "assessing": Rules(
        (
            "app/assessments/domain.py",
            "app/assessments/reasons.py",
            "app/assessments/course_changes.py",
        ),
        ("tests/unit/assessments",),
    ),
    "people": Rules(
        (
            "app/accounts/domain.py",
            "app/accounts/factors/domain.py",
            "app/accounts/password_rules.py",
            "app/accounts/life_support_rules.py",
        ),
        ("tests/unit/accounts",),
    ),
    "permissions": Rules(
        ("app/*/policy.py",),
        (
            "tests/unit/test_permissions.py",
            *(
                f"tests/unit/{feature}/test_policy.py"
                for feature in (
                    *("accounts", "assessments", "certificates"),
                    *("enrolments", "practicals", "quizzes"),
                )
            ),
        ),
    ),
    "describing": Rules(
        ("app/kit/error_descriptions.py",), ("tests/unit/kit/test_error_descriptions.py",)
    ),
    "places": Rules(("app/enrolments/domain.py",), ("tests/unit/enrolments",)),
    "versions": Rules(("app/kit/versions.py",), ("tests/unit/kit/test_versions.py",)),
    "changes": Rules(
        ("app/courses/domain/diff.py", "app/courses/domain/digest.py"),
        (
            "tests/unit/courses/test_diff.py",
            "tests/unit/courses/test_diff_corrupting.py",
            "tests/unit/courses/test_errata.py",
            "tests/unit/authoring/test_insertions.py",
            "tests/unit/courses/test_parsing.py",
            "tests/unit/courses/test_stored_digests.py",
        ),
    ),
    "crossing": Rules(
        (
            "app/courses/domain/cross_references.py",
            "app/courses/domain/section_names.py",
            "app/authoring/syntax.py",
            "app/courses/domain/taught_sections.py",
        ),
        OF_COURSES,
        SLOW_OF_COURSES,
    ),
    "format": Rules(
        (
            "app/authoring/fields.py",
            "app/courses/domain/folder.py",
            "app/courses/domain/source.py",
        ),
        OF_COURSES,
        SLOW_OF_COURSES,
    ),
    "texts": Rules(
        (
            "app/authoring/sanitising.py",
            "app/authoring/markdown.py",
            "app/authoring/inline.py",
        ),
        OF_COURSES,
        SLOW_OF_COURSES,
    ),
    "building": Rules(
        (
            "app/courses/domain/compiling.py",
            "app/courses/domain/delivery.py",
            "app/courses/domain/parsing.py",
            "app/courses/domain/stated_times.py",
            "app/courses/domain/study_time.py",
        ),
        OF_COURSES,
        SLOW_OF_COURSES,
    ),
    "errata": Rules(
        (
            "app/courses/domain/errata.py",
            "app/courses/domain/errata_file.py",
            "app/authoring/insertions.py",
        ),
        (
            "tests/unit/courses/test_errata.py",
            "tests/unit/courses/test_errata_file.py",
            "tests/unit/authoring/test_insertions.py",
        ),
    ),
    "stored": Rules(
        (
            "app/courses/domain/stored.py",
            "app/courses/domain/stored_keys.py",
            "app/kit/stored_documents.py",
            "app/kit/stored_messages.py",
            "app/kit/stored_reasons.py",
        ),
        (
            "tests/unit/courses/test_in_language.py",
            "tests/unit/courses/test_stored.py",
            "tests/unit/test_golden_documents.py",
            "tests/unit/kit/test_stored_documents.py",
            "tests/unit/kit/test_stored_messages.py",
            "tests/unit/kit/test_stored_messages_reasons.py",
        ),
    ),
    "sections": Rules(
        (
            "app/courses/domain/sections.py",
            "app/courses/domain/pictures.py",
            "app/courses/domain/missing_captions.py",
            "app/courses/domain/typography.py",
        ),
        (
            "tests/unit/courses/test_sections.py",
            "tests/unit/courses/test_pictures.py",
            "tests/unit/courses/test_missing_captions.py",
            "tests/unit/courses/test_typography.py",
        ),
    ),
    "drawings": Rules(
        ("app/authoring/page_drawing.py", "app/authoring/figures.py"),
        (
            "tests/unit/authoring/test_page_drawing.py",
            "tests/unit/authoring/test_figures.py",
            "tests/unit/authoring/test_svg.py",
            "tests/unit/courses/test_parsing_broken_courses.py",
            "tests/unit/courses/test_pictures.py",
        ),
    ),
    "reading": Rules(
        (
            "app/learning/highlights.py",
            "app/learning/marking.py",
            "app/learning/clarity.py",
            "app/learning/section_notes.py",
        ),
        (
            "tests/unit/learning/test_highlights.py",
            "tests/unit/learning/test_marking.py",
            "tests/unit/learning/test_clarity.py",
            "tests/unit/learning/test_section_notes.py",
        ),
    ),
    "way": Rules(
        ("app/learning/pacing.py", "app/learning/way.py"),
        ("tests/unit/learning/test_pacing.py", "tests/unit/learning/test_way.py"),
    ),
    "today": Rules(
        ("app/home/domain.py", "app/home/next_thing.py", "app/home/greetings.py"),
        (
            "tests/unit/home/test_domain.py",
            "tests/unit/home/test_next_thing.py",
            "tests/unit/home/test_greetings.py",
        ),
    ),
    "conversations": Rules(
        ("app/conversations/domain.py",), ("tests/unit/conversations/test_domain.py",)
    ),
    "sealed": Rules(("app/db/sealed.py",), ("tests/unit/db/test_sealed.py",)),
    "academy": Rules(
        ("app/academy_file.py", "app/kit/academy.py"),
        ("tests/unit/test_academy_file.py",),
    ),
    "names": Rules(
        ("app/kit/characters.py", "app/kit/email_addresses.py", "app/kit/name_search.py"),
        (
            "tests/unit/kit/test_characters.py",
            "tests/unit/kit/test_email_addresses.py",
            "tests/unit/kit/test_name_search.py",
        ),
    ),
}
