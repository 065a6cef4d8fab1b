"""The hot path of duplicate removal: codes → grams → signatures → candidates → verified twins.

Every step is a function over contiguous arrays, so that a faster implementation of a step can take its place with
bit-identical output: :func:`codes.encode`, :func:`grams.hashes`, :func:`signatures.signatures`,
:func:`contained.winnow` and :func:`verify.pair_counts` touch characters; all others see only numbers.
"""

from textclean.minhash.near import Backend, near_duplicates
from textclean.minhash.twins import CONTAINED, EXACT, KEPT, KINDS, NEAR, NearDuplicates

__all__ = ["CONTAINED", "EXACT", "KEPT", "KINDS", "NEAR", "Backend", "NearDuplicates", "near_duplicates"]
