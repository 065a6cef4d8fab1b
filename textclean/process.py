"""What a process of ours is set to, be it the command's or a worker's."""

import gc
import os
from typing import Final

_OBJECTS: Final = 200_000
"""Objects that are made before Python looks for unreachable cycles. With the usual 700 a run spends a twentieth of its
time on looking, among objects that form none and live for a while."""


def set_up() -> None:
    """To be called before NumPy is imported: its linear algebra, which is not used here, starts a thread per core."""
    gc.set_threshold(_OBJECTS)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
