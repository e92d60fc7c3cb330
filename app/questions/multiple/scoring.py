"""Choosing several options: how it is marked."""

from app.questions.choices.scoring import ChoiceScoring
from app.questions.multiple.answering import MultipleQuestion

SCORING = ChoiceScoring[MultipleQuestion]()
