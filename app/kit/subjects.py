"""What features below the courses need to know of what is taught. The application hands it down, because they
may not import the courses."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subjects:
    """`titles` are those of all current courses. `asks_life_support`: a practical day of one of them asks
    for a proof of basic life support."""

    titles: tuple[str, ...] = ()
    asks_life_support: bool = False
