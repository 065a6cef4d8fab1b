"""The hot path of duplicate removal: codes → grams → signatures → candidates → verified twins.

Every step is a function over contiguous arrays, and six of them have a second implementation in C with bit-identical
output, which is used where it was built (:mod:`engine`): :func:`codes.encode`, :func:`codes.first_equal`,
:func:`sketch.sketch`, :func:`bands.meet`, :func:`contained.candidates` and :func:`verify.pair_counts`.
"""

from textclean.minhash.near import Backend, near_duplicates
from textclean.minhash.twins import CONTAINED, EXACT, KEPT, KINDS, NEAR, NearDuplicates

__all__ = ["CONTAINED", "EXACT", "KEPT", "KINDS", "NEAR", "Backend", "NearDuplicates", "near_duplicates"]
