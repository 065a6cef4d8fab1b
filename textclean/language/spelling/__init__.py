"""Finds characters that were taken for others: 领城 for 领域, 人库 for 入库, T业 for 工业, 呼与浩特 for 呼和浩特.

Two steps. A first pass looks every pair of neighbours up in two bit sets (pairs that were seen; pairs that a
look-alike turns into part of a word) and leaves about one position in thirty. Only there are corrections proposed — the
look-alikes of :mod:`textclean.language.confusions`, and whatever completes a long word with one character wrong — and
each is scored by a logistic regression over a few figures: what the correction gains in probability as a sequence of
characters and as a sequence of words, how alike the two characters look, how frequent they are. Its weights come from
noise put into news that the tables have not seen (``python -m textclean.language.build FOLDER spelling``).
"""

from textclean.language.spelling.model import Suspicion, corpus_evidence, find, weighed
from textclean.language.spelling.proposals import telling_pairs, unseen_pairs
from textclean.language.spelling.tables import word_keys

__all__ = ["Suspicion", "corpus_evidence", "find", "telling_pairs", "unseen_pairs", "weighed", "word_keys"]
