"""The drawing of a score: half a circle that fills from left to right, with a mark where a pass begins."""

from dataclasses import dataclass
from math import cos, radians, sin
from typing import Final, Literal

CENTRE: Final = (100, 100)
RADIUS: Final = 86
LABEL_RADIUS: Final = 110
"""How far from the centre the words at the mark stand, outside the line."""
NEAR_THE_TOP: Final = 12
"""Within so many degrees of the highest point, the words at the mark stand above it."""


@dataclass(frozen=True, slots=True)
class ScoreArc:
    """Where the parts of the drawing stand. `angle` turns a mark at the highest point of the arc, clockwise
    in degrees; the words of the mark begin, end or have their middle at `label_x`, `label_y`."""

    percent: int
    pass_percent: int
    angle: float
    label_x: float
    label_y: float
    label_anchor: Literal["start", "middle", "end"]


def score_arc(percent: int, pass_percent: int) -> ScoreArc:
    """Return the drawing of a score. 0 per cent stands at the left end of the arc, 100 at the right."""
    angle = pass_percent * 1.8 - 90
    beside: Literal["start", "end"] = "start" if angle > 0 else "end"
    return ScoreArc(
        percent=percent,
        pass_percent=pass_percent,
        angle=round(angle, 1),
        label_x=round(CENTRE[0] + LABEL_RADIUS * sin(radians(angle)), 1),
        label_y=round(CENTRE[1] - LABEL_RADIUS * cos(radians(angle)), 1),
        label_anchor="middle" if abs(angle) < NEAR_THE_TOP else beside,
    )
