"""What a stage is. A stage reads a document and returns findings; it cannot change anything.

A stage is a frozen model whose fields are its options; the constructor only stores and checks them::

    class Whisper(Stage):
        "Lower exclamation marks."
        name = "whisper"
        keep: int = Field(default=1, ge=0, description="exclamation marks kept in a row")

        def findings(self, doc: Document) -> Findings:
            edits = EditBuilder()
            for run in re.finditer("！+", doc.text):
                if len(run[0]) > self.keep:
                    edits.cut(run.start() + self.keep, run.end(), "whisper")
            return Findings(edits.build())
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from textclean.document import Document, Findings, Mark, Paragraph, advance
from textclean.ledger import NO_EDITS, EditBuilder, Edits, columns

if TYPE_CHECKING:
    from textclean.tables import Observations, Seen

__all__ = [
    "NO_EDITS",
    "CorpusStage",
    "Document",
    "EditBuilder",
    "Edits",
    "Field",
    "Findings",
    "Mark",
    "Observation",
    "Options",
    "Paragraph",
    "Stage",
    "TextRef",
    "Texts",
    "advance",
    "columns",
]

Observation = Mapping[str, Any]
"""Columns by name (NumPy arrays or lists of numbers): compact, keyed rows of one document, no text."""


class TextRef(NamedTuple):
    """A piece of the text of a document, as the barrier sees it."""

    id: str
    start: int
    end: int


class Texts(Protocol):
    """Reads pieces of documents for exact verification; the order of the answer is that of the references."""

    def __call__(self, refs: Sequence[TextRef]) -> list[str]: ...


class Options(BaseModel):
    """Base of both kinds of stage: a frozen model, unknown options refused.

    Class attributes:
        name: the stage's name in recipes and ledgers.
        version: raised whenever the same input may give other findings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: ClassVar[str]
    version: ClassVar[str] = "1"

    @model_validator(mode="before")
    @classmethod
    def _unset(cls, values: Any) -> Any:
        """``"none"`` stands for None, which TOML cannot say, where an option may be None."""
        if not isinstance(values, Mapping):
            return values
        return {key: None if value == "none" and cls.may_be_none(key) else value for key, value in values.items()}

    @classmethod
    def may_be_none(cls, option: str) -> bool:
        """Whether an option may be None: ``none`` in a recipe."""
        return option in cls.model_fields and type(None) in get_args(cls.model_fields[option].annotation)


class Stage(Options):
    """A stage that needs one document at a time."""

    @abstractmethod
    def findings(self, doc: Document) -> Findings:
        """What there is to change, mark or lift out of ``doc``. Must be a pure function of ``doc`` and the options."""

    def __call__(self, doc: Document) -> Document:
        """The document after this stage."""
        return advance(doc, self.name, self.version, self.findings(doc))


class CorpusStage(Options):
    """A stage that needs all documents: a barrier.

    ``observe`` and ``findings`` run per document, anywhere and in any order; ``decide`` runs once. No result may
    depend on anything but the documents and their ids.

    Class attributes:
        tables: of each table that is observed the columns with their Arrow types (:data:`textclean.tables.Schema`).
            Every table has the columns ``id`` and ``start``, an offset in the document: by these rows are known, not
            by where they stand.
    """

    tables: ClassVar[Mapping[str, Mapping[str, str]]] = {}

    def observe(self, doc: Document) -> Observation:
        """What ``decide`` needs to know of ``doc``: compact keyed columns, no text; ``id`` is added.

        If several tables are declared, columns by table. Implement this, or :meth:`observe_many`.
        """
        raise NotImplementedError(f"{type(self).__name__} has neither observe nor observe_many")

    def observe_many(self, docs: Sequence[Document]) -> "Seen":
        """:meth:`observe` of a batch of documents. Override it where that is cheaper together."""
        from textclean.tables import together

        return together(self.tables, [(doc.id, self.observe(doc)) for doc in docs])

    @abstractmethod
    def decide(self, observations: "Observations", texts: Texts) -> Mapping[str, Any]:
        """Verdicts by document id (picklable; ids without one get None).

        ``observations`` are all rows, by column or, where one iterates over them, by document; ``texts`` reads
        paragraphs of the observed documents.
        """

    @abstractmethod
    def findings(self, doc: Document, verdict: Any) -> Findings:
        """What follows from ``verdict`` (None: there is none) for ``doc``, which is the document that was observed."""
