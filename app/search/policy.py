"""Who may find what. The statements of `queries` hold the limits of each reach."""

from collections.abc import Mapping
from enum import StrEnum

from app.kit.actor import Actor
from app.search.domain import Findable


class Reach(StrEnum):
    """How much of one kind a person may find. `taught`: the practicals that they teach, and the people of
    these practicals and of their groups."""

    all = "all"
    taught = "taught"


def may_search(actor: Actor) -> bool:
    return actor.is_staff


def reach_of(actor: Actor) -> Mapping[Findable, Reach]:
    """Return what a person may find. An instructor finds no intake, certificate or enquiry: their pages are
    those of the office."""
    if actor.is_admin:
        return dict.fromkeys(Findable, Reach.all)
    if actor.is_instructor:
        return {Findable.people: Reach.taught, Findable.practicals: Reach.taught}
    return {}
