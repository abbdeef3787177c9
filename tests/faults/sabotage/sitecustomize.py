"""As a plain installation has it: httpx finds no rich to load."""

import sys

sys.modules["rich"] = None  # type: ignore[assignment] # how an import is made to fail
