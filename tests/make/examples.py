"""How many examples a property is tried with: few at each run, many in the deep one, and ten for each change
of a rule (`tests/mutation.py`), where many thousand runs add up."""

import os

FEWER = "TEST_EXAMPLES"
EXAMPLES = int(os.environ.get(FEWER) or (500 if os.environ.get("TEST_DEEP") else 40))
