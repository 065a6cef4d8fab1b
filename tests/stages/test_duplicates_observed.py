"""What is observed in columns is what a look at each paragraph alone tells."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.document import Document
from textclean.minhash.codes import encode
from textclean.minhash.sketch import sketch
from textclean.stages.duplicates import Duplicates
from textclean.stages.duplicates.folding import fold, keys, unpunctuated
from textclean.stages.duplicates.sentences import ends_a_sentence, is_heading
from textclean.tables import Observations

N, SLOTS, SHORT = 5, 16, 8
signs = st.text(st.sampled_from("甲乙A1。；：:.…，、“”）)》!?\u3000\u200b臺𠮷\n\ud800\uffff"), max_size=60)
long = st.builds(lambda part, times: part * times, st.sampled_from(["长文。", "𠮷", "\n甲"]), st.integers(200, 1100))


def rows(seen, table):
    """The rows of a table: document, then the columns by name."""
    names = list(seen.schema[table])
    columns = [seen.column(table, name).tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def starts(paragraphs):
    return [-1, *(paragraph.start for paragraph in paragraphs), -1]


@settings(deadline=None)
@given(
    st.lists(st.lists(signs | long, max_size=4).map("\n".join), min_size=1, max_size=4),
    st.sampled_from(["keep", "cut"]),
)
def test_rows_are_those_of_the_paragraphs_one_by_one(many: list[str], headings: str) -> None:
    docs = [Document(str(i), text) for i, text in enumerate(many)]
    stage = Duplicates(n=N, slots=SLOTS, min_chars=SHORT, headings=headings)
    found = Observations(stage.tables, [stage.observe_many(docs)])
    expected = {table: [] for table in stage.tables}
    for place, doc in enumerate(docs):
        lines = [(number, line) for number, line in enumerate(doc.paragraphs(), 1) if fold([line.text])[0]]
        around = starts([line for _, line in lines])
        for at, (number, line) in enumerate(lines):
            (text,) = fold([line.text])
            key = keys(encode([text])).view("V16")[0, 0].item()
            where = {"id": place, "start": line.start}
            row = {**where, "end": line.end, "line": number, "key": key}
            if len(text) < SHORT:
                if ends_a_sentence(text) and not is_heading(text):
                    expected["short_sentences"].append({**row, "before": around[at], "after": around[at + 2]})
                continue
            heading = is_heading(text) and headings == "keep"
            expected["paragraphs"].append({**row, "length": len(text), "heading": heading})
            (measured,) = unpunctuated([text])
            if not heading and len(measured) >= N:
                made = sketch(encode([measured]), N, SLOTS, pieces=True)
                minima = made.signatures.narrow[0].tolist()
                expected["sketches"].append({**where, "minima": minima, "prints": made.prints.tolist()})
                if len(made.signatures.wide):
                    expected["wide_sketches"].append({**where, "minima": made.signatures.wide[0].tolist()})
    for table, wanted in expected.items():
        assert rows(found, table) == wanted, table
    assert found.array("paragraphs", "start").dtype == np.int32
