"""Formats of files of documents: one reader and one writer each, plain or compressed. They decide nothing."""
