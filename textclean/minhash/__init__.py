"""The hot path of duplicate removal: texts → grams → signatures → candidates → verified twins.

Every step is a function over contiguous arrays. Where the extension in C was built (:mod:`engine`), it does the work
of :func:`codes.encode`, :func:`sketch.sketch`, :func:`sketch.sketch_distinct`, :func:`bands.meet`,
:func:`contained.candidates`, :func:`verify.pair_counts` and the loops of :func:`twins.decide`, bit for bit the same.

Texts are code points in one buffer with offsets (:class:`codes.Codes`: an Arrow column, folded paragraphs). Strings the
extension reads where they are (:class:`codes.Strings`): a copy would be most of the memory that a search needs.
"""

from textclean.minhash.near import Backend, near_duplicates
from textclean.minhash.twins import CONTAINED, EXACT, KEPT, KINDS, NEAR, NearDuplicates

__all__ = ["CONTAINED", "EXACT", "KEPT", "KINDS", "NEAR", "Backend", "NearDuplicates", "near_duplicates"]
