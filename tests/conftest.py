"""The suite draws the same examples every time; with TEXTCLEAN_EXAMPLES, as in `make test-slow`, it draws new ones."""

import os

from hypothesis import settings

# A commit passes or fails for what is in it, not for what was drawn: new examples are looked for by the slow target.
settings.register_profile("repeatable", derandomize=True, database=None)
if "TEXTCLEAN_EXAMPLES" not in os.environ:
    settings.load_profile("repeatable")
