"""What is observed in columns is what a look at each paragraph alone tells."""

from itertools import accumulate, pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.document import Document
from textclean.minhash.codes import encode
from textclean.minhash.sketch import sketch
from textclean.stages.duplicates.facts import ends_a_sentence, is_heading
from textclean.stages.duplicates.folding import fold, keys
from textclean.stages.duplicates.rows import HEADING, SENTENCE, Rows, observe

N, SLOTS = 5, 16
signs = st.text(st.sampled_from("甲乙A1 。；：:.…，、“”）)》!?\u3000\u200b臺𠮷\n\ud800\uffff"), max_size=60)
long = st.builds(lambda part, times: part * times, st.sampled_from(["长文。", "𠮷", "\n甲"]), st.integers(200, 1100))


@settings(deadline=None)
@given(st.lists(st.lists(signs | long, max_size=4).map("\n".join), min_size=1, max_size=4))
def test_rows_are_those_of_the_paragraphs_one_by_one(many: list[str]) -> None:
    docs = [Document(str(i), text) for i, text in enumerate(many)]
    found = Rows(list(zip(map(str, range(len(docs))), observe(docs, N, SLOTS, pieces=True), strict=True)))
    every = [
        (place, line.start, line.end, number, fold([line.text])[0])
        for place, doc in enumerate(docs)
        for number, line in enumerate(doc.paragraphs(), 1)
    ]
    told = [row for row in every if row[-1]]
    texts = [row[-1] for row in told]
    columns = (found.document, found.start, found.end, found.line)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == [row[:-1] for row in told]
    assert found.length.tolist() == list(map(len, texts))
    flags = [HEADING * is_heading(text) | SENTENCE * ends_a_sentence(text) for text in texts]
    assert found.flags.tolist() == flags
    assert [found.key[i].tolist() for i in range(len(texts))] == [keys(encode([text]))[0].tolist() for text in texts]
    alone = [sketch(encode([text]), N, SLOTS, pieces=True) for text in texts]
    made = found.sketches
    assert [row.tolist() for row in made.signatures.narrow] == [one.signatures.narrow[0].tolist() for one in alone]
    wide = [one.signatures.wide[0].tolist() for one in alone if len(one.signatures.wide)]
    assert made.signatures.wide.tolist() == wide
    is_long = [bool(len(one.signatures.wide)) for one in alone]
    ranks = [rank - 1 if is_one else -1 for rank, is_one in zip(accumulate(is_long), is_long, strict=True)]
    assert made.signatures.row.tolist() == ranks
    assert [made.prints[a:b].tolist() for a, b in pairwise(made.offsets)] == [one.prints.tolist() for one in alone]
    assert made.offsets.dtype == found.start.dtype == np.int64
