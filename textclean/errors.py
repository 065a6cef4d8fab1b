"""The exception tree.

::

    TextcleanError
    ├── UsageError          wrong use: a path, an option, a recipe (exit code 2)
    │   └── RecipeError     the recipe: names the file, the key and what is allowed
    ├── InputError          an input that cannot be read or is not text (exit code 3)
    ├── OutputError         an output that cannot be written: disk full, permission lost (exit code 3)
    ├── StageError          a stage raised, or returned findings that do not fit its document
    │   └── EditError       edits out of order, out of range or overlapping
    └── RestoreError        clean text and ledger do not give the source back
"""


class TextcleanError(Exception):
    """Base of every error that textclean raises on purpose."""


class UsageError(TextcleanError):
    """Wrong use: a path, an option or a combination that cannot work."""


class RecipeError(UsageError):
    """A recipe with an unknown key, an unknown stage or a value that is not allowed."""


class InputError(TextcleanError):
    """An input that cannot be read, is over the limit, or is not text."""


class OutputError(TextcleanError):
    """An output that cannot be written, or files of an interrupted run that are damaged."""


class StageError(TextcleanError):
    """A stage raised, or what it returned does not fit the document it read."""


class EditError(StageError):
    """Edits that are out of order, out of range or overlapping."""


class RestoreError(TextcleanError):
    """The clean text and its ledger do not give the source bytes back."""
