"""Rebuilds the data files of :mod:`textclean.language` from named packages: ``python -m textclean.language.build``.

Nothing here runs when the library is used. What each file is made from, and under which licence, stands in
``data/LICENSES.md``.
"""
