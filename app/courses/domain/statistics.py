"""How much a course holds, in figures."""

from app.courses.domain.delivery import Course
from app.courses.domain.keys import CourseKeys


def statistics(course: Course, keys: CourseKeys) -> dict[str, int]:
    """Counts of what learners meet. Format 1 has no generators and cases: 0."""
    lessons = [lesson for module in course.modules for lesson in module.lessons]
    questions = [question for quiz in course.quizzes for question in quiz.questions]
    pages = [lesson.html for lesson in lessons] + [question.stem_html for question in questions]
    return {
        "modules": len(course.modules),
        "lessons": len(lessons),
        "words": sum(len(lesson.text.split()) for lesson in lessons),
        "figures": sum(page.count('<figure class="figure">') for page in pages),
        "questions": sum(len(quiz.questions) for quiz in keys.quizzes.values()),
        "generators": 0,
        "cases": 0,
    }
