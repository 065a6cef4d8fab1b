import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclean.language import looks
from textclean.language.lines import visible
from textclean.language.looks import FIRST, LAST, PAIR, SHORT, WITHIN, Look, blank_lines
from textclean.native import extension

CHARACTERS = "一二三。，版年记者 \t\u3000\xa0\x85\u2028\r\n\n\n1A\U00020000\ud800"
texts = st.text(st.sampled_from(CHARACTERS), max_size=60) | st.text(max_size=30)
some = st.text(st.sampled_from("一二三。，版年记者1A"), max_size=4)
sizes = st.integers(0, 8)
every_look = st.builds(
    Look,
    first=some,
    last=some,
    unless_last=some,
    within=some,
    narrow=sizes,
    pair=st.tuples(some, some),
    reach=sizes,
    shortest=sizes,
)


@given(texts, some, some, some, some, st.tuples(some, some), sizes, sizes, sizes)
def test_a_look_picks_the_lines_that_its_arguments_tell(
    text: str,
    first: str,
    last: str,
    unless_last: str,
    within: str,
    pair: tuple[str, str],
    narrow: int,
    reach: int,
    shortest: int,
) -> None:
    def why(line: str) -> int:
        near = line[: reach if len(line) <= narrow else 0]
        starts, ends = line[0] in first or line[0] > "\uffff", line[-1] in last or line[-1] > "\uffff"
        told = {
            FIRST: starts,
            LAST: ends or (unless_last != "" and line[-1] not in unless_last),
            WITHIN: len(line) <= narrow and not set(line).isdisjoint(within),
            PAIR: any(near[i] in pair[0] and near[i + 1] in pair[1] for i in range(len(near) - 1)),
            SHORT: len(line) <= shortest,
        }
        return sum(reason for reason, is_true in told.items() if is_true)

    look = Look(
        first=first,
        last=last,
        unless_last=unless_last,
        within=within,
        narrow=narrow,
        pair=pair,
        reach=reach,
        shortest=shortest,
    )
    lines = visible(text)
    picked = [(i, line.start, line.text, why(line.text)) for i, line in enumerate(lines) if why(line.text)]
    assert look(text) == (len(lines), picked)


@given(texts)
def test_without_its_blank_lines_a_text_has_a_line_break_between_its_lines(text: str) -> None:
    lines = text.split("\n")
    told = [line for line in lines if line.strip()]
    if told:
        starts, ends = blank_lines(text)
        for start, end in zip(reversed(starts), reversed(ends), strict=True):
            assert start < end
            assert not text[start:end].strip()
            text = text[:start] + text[end:]
        assert text == "\n".join(told)


@pytest.mark.skipif(extension("lines") is None, reason="the extension is not there")
@given(every_look, texts)
def test_python_looks_at_lines_as_the_extension_does(look: Look, text: str) -> None:
    assert looks._plain_look(look._kinds, *look._limits, text) == look(text)
    if text.strip():
        assert looks._plain_blank_lines(text) == blank_lines(text)


@pytest.mark.skipif(extension("lines") is None, reason="the extension is not there")
def test_the_extension_refuses_a_table_of_another_size() -> None:
    for asked in (lambda: looks._built.look(b"", 0, 0, 0, "一"), lambda: looks._built.blanks(b"", "一")):
        with pytest.raises(ValueError, match="basic plane"):
            asked()
