"""How many examples a property is tried with: few at each run, many in the deep one."""

import os

EXAMPLES = 500 if os.environ.get("PRECEPTOR_TEST_DEEP") else 40
