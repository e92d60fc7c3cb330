"""Keeps the parsed files from the first rule to the last."""

import gc
from collections.abc import Iterator

import pytest

from tests.house_rules.sources import forget_trees


@pytest.fixture(scope="package", autouse=True)
def _trees() -> Iterator[None]:
    """Look for no garbage among the parsed files, which takes longer than the rules, and free them in the
    end."""
    gc.disable()
    yield
    forget_trees()
    gc.enable()
