"""The small course with a question that asks for an order, in a quiz that a critical error fails."""

from functools import cache

from app.courses.domain.parsing import ParsedCourse
from tests.make.courses import changed_course

ORDER = ("disinfect", "dry", "inject")
WRITTEN = """fail_on_critical: true
show_answers: after-each-attempt
shuffle: false
questions:
  - key: before-the-needle
    type: ordering
    stem: Put these steps in their order.
    points: 3
    explanation: The skin comes first.
    items:
      - {key: disinfect, text: Disinfect the skin}
      - {key: dry, text: Let it dry}
      - {key: inject, text: Inject}
    must_before:
      - {first: disinfect, then: inject, reason: It carries germs into the skin.}
"""


@cache
def course_with_an_order(per_page: str = "1") -> ParsedCourse:
    """Its quiz has a question of each type. `per_page` is what its file says."""
    written = f"per_page: {per_page}\n{WRITTEN}"
    return changed_course({"quizzes/skin-quiz.yaml": ("questions:\n", written)})
