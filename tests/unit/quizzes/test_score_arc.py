"""Where the parts of the drawing of a score stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.domain.score_arc import CENTRE, LABEL_RADIUS, score_arc

PERCENT = st.integers(0, 100)


@pytest.mark.parametrize(
    ("pass_percent", "angle", "label", "anchor"),
    [
        (1, -88.2, (-9.9, 96.5), "end"),
        (43, -12.6, (76.0, -7.4), "end"),
        (44, -10.8, (79.4, -8.1), "middle"),
        (50, 0, (100.0, -10.0), "middle"),
        (56, 10.8, (120.6, -8.1), "middle"),
        (57, 12.6, (124.0, -7.4), "start"),
        (80, 54, (189.0, 35.3), "start"),
        (100, 90, (210.0, 100.0), "start"),
    ],
)
def test_the_mark_of_a_pass(pass_percent: int, angle: float, label: object, anchor: str) -> None:
    arc = score_arc(70, pass_percent)
    assert (arc.percent, arc.pass_percent) == (70, pass_percent)
    assert arc.angle == angle
    assert (arc.label_x, arc.label_y) == label
    assert arc.label_anchor == anchor


@given(percent=PERCENT, pass_percent=st.integers(1, 100))
def test_the_words_of_the_mark_stand_outside_the_arc(percent: int, pass_percent: int) -> None:
    arc = score_arc(percent, pass_percent)
    far = ((arc.label_x - CENTRE[0]) ** 2 + (arc.label_y - CENTRE[1]) ** 2) ** 0.5
    assert far == pytest.approx(LABEL_RADIUS, abs=0.1)
    assert arc.label_y <= CENTRE[1]
    assert -90 < arc.angle <= 90
