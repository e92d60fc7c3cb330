"""An enum whose members have a label."""

import pytest

from app.kit.labelled_enum import LabelledEnum
from app.kit.messages import msg


class Answered(LabelledEnum):
    """Two members for the tests."""

    yes = "yes", msg("Yes, please")
    no = "no", msg("No, thank you")


def test_a_member_is_its_word_and_has_a_label():
    assert Answered("no") is Answered.no
    assert (Answered.no, str(Answered.no), Answered.no.value) == ("no", "no", "no")
    assert [member.label for member in Answered] == [msg("Yes, please"), msg("No, thank you")]


def test_a_label_is_no_member():
    assert list(Answered.__members__) == ["yes", "no"]
    with pytest.raises(ValueError, match="Yes, please"):
        Answered("Yes, please")
