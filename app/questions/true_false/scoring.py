"""True or false: how it is marked."""

from app.questions.choices.scoring import ChoiceScoring
from app.questions.true_false.answering import TrueFalseQuestion

SCORING = ChoiceScoring[TrueFalseQuestion]()
