"""Choosing one option: how it is marked."""

from app.questions.choices.scoring import ChoiceScoring
from app.questions.single.answering import SingleQuestion

SCORING = ChoiceScoring[SingleQuestion]()
