"""Paragraphs that stand more than once, in a document or across all of them: exact, contained and near copies."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textclean.stage import CorpusStage, Document, Edits, Field, Findings, Mark, Texts
from textclean.stages.cuts import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textclean.index.model import Entries, Index, Parameters
    from textclean.tables import Observations, Schema, Seen


class Duplicates(CorpusStage):
    """Cut paragraphs that are copies of, contained in, or nearly the same as one that stays.

    Paragraphs are compared without differences of width, spaces and script, and how similar they are is measured
    without punctuation; signs of numbers are facts. The order that decides is (id as UTF-8 bytes, offset). Every cut
    names its twin as ``id#line``, and how similar it was.
    """

    name = "duplicates"
    tables: ClassVar["Schema"] = {
        "paragraphs": {
            "id": "string",
            "start": "int32",
            "end": "int32",
            "line": "int32",
            "length": "int32",
            "heading": "bool",
            "key": "fixed_size_binary[16]",
        },
        "sketches": {"id": "string", "start": "int32", "minima": "list<uint16>", "prints": "list<uint32>"},
        "wide_sketches": {"id": "string", "start": "int32", "minima": "list<uint32>"},
        "short_sentences": {
            "id": "string",
            "start": "int32",
            "end": "int32",
            "line": "int32",
            "key": "fixed_size_binary[16]",
            "before": "int32",
            "after": "int32",
        },
    }
    """``paragraphs`` are those of ``min_chars`` and more: place, source line, folded length, whether it is a heading
    that stays, key. ``sketches`` and, of long ones, ``wide_sketches`` are of those that are compared for more than
    equality. ``short_sentences`` are shorter, each with the offsets of the paragraphs ``before`` and ``after`` it (-1:
    there is none).
    """

    threshold: float = Field(default=0.8, gt=0, le=1, description="smallest Jaccard similarity of a near copy")
    containment: float | None = Field(
        default=0.9,
        gt=0,
        le=1,
        description="smallest share of a piece that stands in a longer paragraph; none: not looked for",
    )
    n: int = Field(default=5, ge=2, le=16, description="characters of a gram")
    slots: int = Field(default=64, ge=8, le=512, description="minima of a signature")
    min_chars: int = Field(
        default=20, ge=1, description="shorter paragraphs fall only as exact copies inside their document"
    )
    numbers: Literal["different", "same"] = Field(
        default="different",
        description="different: what says another number, name or anything else than its twin stays and is marked;"
        " same: similarity alone decides",
    )
    headings: Literal["keep", "cut"] = Field(
        default="keep",
        description="whether short lines without a sentence stay, but for long exact copies in their document",
    )
    backend: Literal["numpy", "datasketch"] = Field(default="numpy", description="what proposes near pairs")
    index_text: bool = Field(
        default=True, description="whether an index remembers texts; without them its matches are marked and not cut"
    )

    def observe_many(self, docs: Sequence[Document]) -> "Seen":
        """The rows of all documents, found together; blank is what folds to nothing."""
        from textclean.stages.duplicates.observed import observe

        return observe(docs, self)

    def decide(self, observations: "Observations", texts: Texts) -> Mapping[str, Any]:
        """Of a document with something to say, in order, verdicts with their start and end; ``template`` is a mark."""
        from textclean.stages.duplicates.copies import decide

        return decide(self, observations, texts)

    def index_parameters(self) -> "Parameters":
        """What an index of earlier runs is made with, for this stage."""
        from textclean.index.model import Parameters
        from textclean.stages.duplicates.folding import digest

        pieces = self.containment is not None
        return Parameters.of(self.n, self.slots, self.threshold, pieces=pieces, texts=self.index_text, folding=digest())

    def decide_after(self, observations: "Observations", texts: Texts, index: "Index") -> Mapping[str, Any]:
        """Like :meth:`decide`, but paragraphs that earlier runs kept come first; they are the twins, ``id#line``."""
        from textclean.stages.duplicates.copies import decide

        return decide(self, observations, texts, index)

    def entries(self, observations: "Observations", verdicts: Mapping[str, Any], texts: Texts) -> "Iterator[Entries]":
        """The paragraphs that stay, for the index; those too short to be looked for and headings are left out."""
        from textclean.stages.duplicates.copies import entries

        return entries(self, observations, verdicts, texts)

    def findings(self, doc: Document, verdict: Any) -> Findings:
        """Cuts with their line breaks, and ``template`` marks."""
        if verdict is None:
            return NOTHING
        cuts = []
        marks = []
        for start, end, (reason, twin, differs) in verdict:
            if reason == "template":
                evidence = f"{twin} says nearly the same, but of something else: {differs}"
                marks.append(Mark(start, end, "template", evidence=evidence))
            elif reason.startswith("unverified"):
                _, kind, similarity = reason.split(" ")
                evidence = f"{kind} copy of {twin}, which an earlier run kept, if its text is what its sketch says"
                marks.append(Mark(start, end, "unverified", score=float(similarity), evidence=evidence))
            else:
                cuts.append((start, end, reason, twin))
        if not cuts:
            return Findings(marks=marks)
        starts, ends = zip(*_with_breaks(doc.text, [(start, end) for start, end, _, _ in cuts]), strict=True)
        _, _, reasons, twins = zip(*cuts, strict=True)
        return Findings(Edits(starts, ends, ("",) * len(cuts), reasons, twins=dict(enumerate(twins))), marks)


def _with_breaks(text: str, cuts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """``cuts`` of whole paragraphs, widened by line breaks so that no blank line appears that was not there.

    Between what stays before and after, as many breaks remain as stood on the side that had more.
    """
    out: list[tuple[int, int]] = []
    at = 0
    while at < len(cuts):
        stop = at + 1
        while stop < len(cuts) and not text[cuts[stop - 1][1] : cuts[stop][0]].strip("\n"):
            stop += 1
        first, last = cuts[at][0], cuts[stop - 1][1]
        before, after = first, last
        while before > 0 and text[before - 1] == "\n":
            before -= 1
        while after < len(text) and text[after] == "\n":
            after += 1
        if after == len(text):
            ends = [end for _, end in cuts[at:stop]]
            ends[-1] = after
            out += zip([before, *ends[:-1]], ends, strict=True)
        else:
            starts = [start for start, _ in cuts[at:stop]]
            if before == 0:
                starts[0] = 0
            top = after if before == 0 else last + min(first - before, after - last)
            out += zip(starts, [*starts[1:], top], strict=True)
        at = stop
    return out
