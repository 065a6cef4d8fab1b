"""Paragraphs of earlier runs: what was kept once is the twin of every later copy.

:class:`~textclean.index.sqlite.ParagraphIndex` is one SQLite file; :class:`~textclean.index.redis.RedisIndex` is shared
between machines. Both are an :class:`~textclean.index.model.Index`.
"""
