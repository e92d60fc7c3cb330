"""Keys with words and numbers that stand nowhere else: whoever finds one of them has found a key."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.courses.domain.keys import CourseKeys, QuizKeys
from app.questions.keys import QuestionKey


@dataclass(frozen=True)
class Canaries:
    """Strings that stand only in the keys of a course, each with the quiz and the question of its key."""

    planted: Mapping[str, tuple[str, str]]

    def found_in(self, *texts: str) -> list[str]:
        return [canary for canary in self.planted for text in texts if canary in text]

    def of_quiz(self, quiz_key: str) -> set[str]:
        return {canary for canary, (quiz, _) in self.planted.items() if quiz == quiz_key}

    def of_question(self, question_key: str) -> set[str]:
        return {canary for canary, (_, key) in self.planted.items() if key == question_key}


def planted_keys(keys: CourseKeys) -> tuple[CourseKeys, Canaries]:
    """Return the keys with a canary for every text in them, whatever their type is, and with numbers that
    occur nowhere else."""
    planted: dict[str, tuple[str, str]] = {}
    quizzes = {}
    for quiz, quiz_keys in keys.quizzes.items():
        questions = {}
        for question, key in quiz_keys.questions.items():
            planter = _Planter(quiz, question)
            questions[question] = planter.key(key)
            planted |= dict.fromkeys(planter.planted, (quiz, question))
        quizzes[quiz] = QuizKeys(questions=questions)
    return CourseKeys(quizzes=quizzes), Canaries(planted)


class _Planter:
    def __init__(self, quiz: str, question: str) -> None:
        self.name = f"{quiz}-{question}"
        self.planted: list[str] = []

    def key(self, key: QuestionKey) -> QuestionKey:
        fields = self._below(key.model_dump())
        for name, added in (("answer", 7_319_571), ("tolerance", 4_823_663)):
            if fields.get(name) is not None:
                fields[name] += added
                self.planted.append(str(fields[name]))
        return type(key).model_validate(fields)

    def _below(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Plant into each text that is HTML, at any depth; every other value stays."""
        changed = dict(fields)
        for name, value in fields.items():
            if name.endswith("_html"):
                changed[name] = self._canary(name)
            elif name == "option_explanations":
                changed[name] = {option: self._canary(option) for option in value}
            elif isinstance(value, Iterable) and not isinstance(value, str):
                changed[name] = type(value)(
                    self._below(part) if isinstance(part, Mapping) else part for part in value
                )
        return changed

    def _canary(self, place: str) -> str:
        self.planted.append(f"canary-{self.name}-{place}-{len(self.planted)}-end")
        return f"<p>{self.planted[-1]}</p>"
