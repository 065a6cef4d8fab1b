"""The hot path of duplicate removal: texts → grams → signatures → candidates → verified twins.

Every step is a function over contiguous arrays. Where the extension in C was built (:mod:`engine`), it does the work of
:func:`codes.encode`, :func:`sketch.sketch`, :func:`sketch.sketch_distinct`, :func:`bands.meet`,
:func:`contained.candidates`, :func:`verify.pair_counts` and the loops of :func:`twins.decide`, with bit-identical output.
The texts are code points in one buffer with offsets (:class:`codes.Codes`: an Arrow column, folded paragraphs); strings
the extension reads where they are (:class:`codes.Strings`), for a copy of them would be most of the memory that a search
needs.
"""

from textclean.minhash.near import Backend, near_duplicates
from textclean.minhash.twins import CONTAINED, EXACT, KEPT, KINDS, NEAR, NearDuplicates

__all__ = ["CONTAINED", "EXACT", "KEPT", "KINDS", "NEAR", "Backend", "NearDuplicates", "near_duplicates"]
