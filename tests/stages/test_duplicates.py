import pickle
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from textclean.document import Document, Findings, advance
from textclean.ledger import EditBuilder
from textclean.stages.duplicates import Duplicates
from textclean.tables import Observations, Seen


def run(stage, documents):
    """The stage over a corpus in memory: observe all, decide, findings, advance."""
    documents = sorted(documents, key=lambda doc: doc.id.encode("utf-8", "surrogatepass"))
    home = {doc.id: doc for doc in documents}
    verdicts = stage.decide(
        Observations(stage.tables, pickle.loads(pickle.dumps([stage.observe_many([doc]) for doc in documents]))),
        lambda refs: [home[ref.id].text[ref.start : ref.end] for ref in refs],
    )
    verdicts = pickle.loads(pickle.dumps(dict(verdicts)))
    return [advance(doc, stage.name, stage.version, stage.findings(doc, verdicts.get(doc.id))) for doc in documents]


def clean(*texts, **options):
    return run(Duplicates(**options), [Document(f"{i}.txt", text) for i, text in enumerate(texts)])


def cuts(doc):
    return [(edit.old.strip("\n"), edit.reason, edit.twin) for layer in doc.layers for edit in layer.edits.rows()]


OPENING = "北岭市水务局昨日公布今年第三季度主要供水厂的水质检测结果，四十二项指标全部合格。"
WORKS = "改造后的南湾水厂采用超滤膜与臭氧活性炭联用工艺，出水浊度稳定在很低的水平，附近三个街道的居民率先受益。"
PLANS = "市水务局负责人介绍，明年还将对老旧小区的供水管网进行更新，同步建设智能水表和漏损监测系统，让群众喝上放心水。"
QUOTE = "“水质好不好，最终要看居民家里的水龙头。”该负责人说。"
TITLE = "全市供水管网改造工程正式启动建设"
LONG_TITLE = "全市供水管网改造工程正式启动建设并同步推进智能水表安装"
SERIES = "南湾水厂改造工程建设启示录系列报道之"
OTHER = "记者在现场看到，工人们正在铺设新的管道，施工路段设置了围挡和提示牌，车辆与行人通行有序。"


@pytest.mark.parametrize(
    ("text", "left", "found"),
    [
        pytest.param(
            f"{OPENING}\n{WORKS}\n{OPENING}", f"{OPENING}\n{WORKS}", [(OPENING, "exact", "0.txt#1")], id="exact"
        ),
        pytest.param(
            f"{OPENING}\n{OPENING}\n{OPENING}\n{WORKS}",
            f"{OPENING}\n{WORKS}",
            [(OPENING, "exact", "0.txt#1")] * 2,
            id="three in a row",
        ),
        pytest.param(
            f"{PLANS}\n{PLANS[21:]}\n{WORKS}",
            f"{PLANS}\n{WORKS}",
            [(PLANS[21:], "contained 1.00", "0.txt#1")],
            id="a piece with its beginning cut",
        ),
        pytest.param(
            f"{PLANS[21:]}\n\n{WORKS}\n\n{PLANS}",
            f"{WORKS}\n\n{PLANS}",
            [(PLANS[21:], "contained 1.00", "0.txt#5")],
            id="the piece stands first",
        ),
        pytest.param(
            f"{PLANS}\n{PLANS.replace('群众', '居民')[:-1]}！\n{WORKS}",
            f"{PLANS}\n{PLANS.replace('群众', '居民')[:-1]}！\n{WORKS}",
            [],
            id="too different",
        ),
        pytest.param(
            f"{OPENING}\n{WORKS}\n{OPENING.replace('，', ',').replace('。', '.')}",
            f"{OPENING}\n{WORKS}",
            [(OPENING.replace("，", ",").replace("。", "."), "exact", "0.txt#1")],
            id="width does not count",
        ),
        pytest.param(
            f"{OPENING}\n　　{WORKS}\n 北嶺市{OPENING[3:]}",
            f"{OPENING}\n　　{WORKS}",
            [(f" 北嶺市{OPENING[3:]}", "exact", "0.txt#1")],
            id="neither do spaces and script",
        ),
    ],
)
def test_copies_in_a_document_fall(text, left, found):
    doc = clean(text)[0]
    assert doc.text == left
    assert cuts(doc) == found
    assert doc.original() == text


def test_a_near_copy_falls_to_the_first_and_says_how_near():
    near = PLANS[:-1] + "了。"
    docs = clean(f"{OPENING}\n{PLANS}", f"{near}\n{WORKS}", containment=None)
    assert docs[0].layers == ()
    assert docs[1].text == WORKS
    ((_, reason, twin),) = cuts(docs[1])
    assert re.fullmatch(r"near 0\.\d\d", reason)
    assert twin == "0.txt#2"


def test_a_copy_that_lost_its_punctuation_falls():
    bare = PLANS.translate(str.maketrans("", "", "，。、；：“”（）"))
    docs = clean(f"{OPENING}\n{PLANS}", f"{bare}\n{WORKS}")
    assert docs[1].text == WORKS
    ((_, reason, twin),) = cuts(docs[1])
    assert (reason, twin) == ("contained 1.00", "0.txt#2")


@pytest.mark.parametrize(("told", "other"), [("3.2万人", "32万人"), ("5%", "5"), ("2.5", "2:5"), ("-5℃", "5℃")])
def test_signs_of_numbers_are_no_punctuation(told, other):
    first, second = (f"{WORKS[:-1]}，涉及{what}。" for what in (told, other))
    docs = clean(f"{OPENING}\n{first}", f"{second}\n{PLANS}")
    assert second in docs[1].text


KEPT = [
    pytest.param([f"今年水质公报\n{WORKS}\n今年水质公报\n{PLANS}"], id="a repeated heading"),
    pytest.param([f"{WORKS}\n是的。\n{PLANS}\n是的。\n{OTHER}"], id="a short sentence said twice"),
    pytest.param([WORKS, f"先看结果。{QUOTE}\n{PLANS}", f"{QUOTE}{OTHER}"], id="a quotation in two paragraphs"),
    pytest.param([f"市民反映：{QUOTE}{OTHER}", f"{QUOTE}\n{PLANS}"], id="a whole quotation as a paragraph elsewhere"),
    pytest.param([f"{OPENING}{WORKS}", f"{WORKS}\n{PLANS}"], id="a whole sentence as a paragraph elsewhere"),
    pytest.param([f"{SERIES}①\n{WORKS}\n{SERIES}⑤\n{PLANS}"], id="numbered headings"),
    pytest.param([f"{TITLE}\n{WORKS}", f"{TITLE}\n{PLANS}"], id="one title"),
    pytest.param([f"{LONG_TITLE}\n{WORKS}", f"{LONG_TITLE}\n{PLANS}"], id="one long title"),
    pytest.param(
        [f"{OPENING}\n{LONG_TITLE}\n据了解，{LONG_TITLE}，预计年底完工。"], id="a heading that its text repeats"
    ),
    pytest.param(["", "\n\n", "短。", "\ud800"], id="nothing to compare"),
]


@pytest.mark.parametrize("texts", KEPT)
def test_what_is_said_again_on_purpose_stays(texts):
    docs = clean(*texts)
    assert [doc.text for doc in docs] == texts
    assert all(not doc.marks for doc in docs)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "据市统计局发布的数据，2023年全市新增供水能力8.5万吨，改造老旧管网120公里，完成投资规模位居全省前列，群众满意度持续提升。",
            "据市统计局发布的数据，2024年全市新增供水能力8.5万吨，改造老旧管网120公里，完成投资规模位居全省前列，群众满意度持续提升。",
        ),
        (
            "三月份全市各县区水质监测断面优良比例继续保持全省第一，主要污染物浓度同比明显下降，饮用水水源地全部达标，环境质量稳中向好。",
            "四月份全市各县区水质监测断面优良比例继续保持全省第一，主要污染物浓度同比明显下降，饮用水水源地全部达标，环境质量稳中向好。",
        ),
        (
            "青山镇建成集中供水工程并配套消毒设备，实行专人值守和定期检测，全镇居民用水保证率和水质达标率均比建成以前有了明显的提高，农户用水难的问题成为历史。",
            "白水乡建成集中供水工程并配套消毒设备，实行专人值守和定期检测，全镇居民用水保证率和水质达标率均比建成以前有了明显的提高，农户用水难的问题成为历史。",
        ),
        (
            "市水务局昨日通报，经第三方机构检测，南湾水厂出厂水中不存在超出国家标准的消毒副产物，水厂已按照预案调整了工艺参数，居民可以放心用水。",
            "市水务局昨日通报，经第三方机构检测，南湾水厂出厂水中存在超出国家标准的消毒副产物，水厂已按照预案调整了工艺参数，居民可以放心用水。",
        ),
        (
            "因南湾水厂管网改造施工，定于本周六上午八时起对沿线小区实施临时停水，请居民提前做好储水准备，恢复供水的时间将另行通知，敬请谅解。",
            "因南湾水厂管网改造施工，定于本周日上午八时起对沿线小区实施临时停水，请居民提前做好储水准备，恢复供水的时间将另行通知，敬请谅解。",
        ),
    ],
    ids=["year", "month", "place", "negation", "weekday"],
)
@pytest.mark.parametrize("containment", [None, 0.8])
def test_the_same_words_of_another_fact_are_kept_and_marked(first, second, containment):
    text = f"{first}\n{OTHER}\n{second}"
    doc = clean(text, containment=containment)[0]
    assert doc.text == text
    (mark,) = doc.marks
    assert (mark.kind, mark.observed) == ("template", second)
    assert "0.txt#1" in mark.evidence
    assert clean(text, numbers="same", containment=containment)[0].text == f"{first}\n{OTHER}"


def test_across_documents_a_piece_falls_only_if_its_head_or_tail_was_cut():
    whole = OPENING + WORKS + PLANS
    head, tail, sentence = whole[50:], whole[:-5], WORKS
    docs = clean(whole, head, tail, sentence)
    assert [doc.text for doc in docs] == [whole, "", "", sentence]
    assert clean(f"{whole}\n{sentence}")[0].text == whole


def test_short_sentences_fall_beside_their_copy_or_with_their_neighbour():
    adjacent = clean(f"{WORKS}\n此事属实。\n此事属实。\n此事属实。\n{PLANS}")[0]
    assert adjacent.text == f"{WORKS}\n此事属实。\n{PLANS}"
    assert [twin for _, _, twin in cuts(adjacent)] == ["0.txt#2", "0.txt#2"]
    block = clean(f"{WORKS}\n此事属实。\n{PLANS}\n{WORKS}\n此事属实。\n{OTHER}")[0]
    assert block.text == f"{WORKS}\n此事属实。\n{PLANS}\n{OTHER}"
    before = clean(f"此事属实。\n{WORKS}\n{PLANS}\n此事属实。\n{WORKS}\n{OTHER}")[0]
    assert before.text == f"此事属实。\n{WORKS}\n{PLANS}\n{OTHER}"
    assert clean(f"{WORKS}\n此事属实。", f"{WORKS}\n此事属实。")[1].text == "此事属实。"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"{OPENING}\n\n{WORKS}\n\n{OPENING}\n\n{PLANS}", f"{OPENING}\n\n{WORKS}\n\n{PLANS}"),
        (f"{OPENING}\n\n\n{OPENING}\n{PLANS}", f"{OPENING}\n\n\n{PLANS}"),
        (f"{OPENING}\n{OPENING}\n\n\n{PLANS}", f"{OPENING}\n\n\n{PLANS}"),
        (f"{WORKS}\n{OPENING}\n{OPENING}\n{WORKS}", f"{WORKS}\n{OPENING}"),
        (f"{OPENING}\n{OPENING}\n", OPENING),
        (f"\n{OPENING}\n{PLANS}\n\n{OPENING}\n\n", f"\n{OPENING}\n{PLANS}"),
        (f"{OPENING}\n \n{OPENING}\n{PLANS}", f"{OPENING}\n \n{PLANS}"),
    ],
)
def test_no_blank_line_appears(text, left):
    assert clean(text)[0].text == left


def test_a_document_that_is_all_copies_becomes_empty():
    docs = clean(f"{OPENING}\n{WORKS}\n{PLANS}", f"{OPENING}\n\n{WORKS}\n\n{PLANS}\n")
    assert docs[1].text == ""
    assert docs[1].original().startswith(OPENING)


def test_the_first_id_in_byte_order_keeps_its_copy():
    docs = run(Duplicates(), [Document(id, OPENING) for id in ("b", "é", "a/z", "a")])
    assert {doc.id: bool(doc.text) for doc in docs} == {"a": True, "a/z": False, "b": False, "é": False}
    assert {twin for doc in docs for _, _, twin in cuts(doc)} == {"a#1"}


def test_the_twin_is_named_by_its_line_in_the_source():
    first = Document("a", f"报头\n\n{OPENING}")
    edits = EditBuilder()
    edits.cut(0, 4, "banner")
    first = advance(first, "before", "1", Findings(edits.build()))
    docs = run(Duplicates(), [first, Document("b", f"{WORKS}\n{OPENING}")])
    assert cuts(docs[1]) == [(OPENING, "exact", "a#3")]


@pytest.mark.parametrize("backend", ["numpy", "datasketch"])
def test_both_backends_find_the_same_here(backend):
    near = PLANS[:-1] + "！"
    docs = clean(f"{OPENING}\n{PLANS}", f"{near}\n{WORKS}\n{OPENING}", f"{WORKS[20:]}", backend=backend)
    assert [doc.text for doc in docs] == [f"{OPENING}\n{PLANS}", WORKS, ""]


def test_one_other_word_in_two_documents_may_be_an_editors_but_a_name_throughout_is_another_place():
    text = f"青山镇{OTHER}{WORKS}负责人表示，青山镇的工程年底完工。"
    edited, elsewhere = text.replace("表示", "指出"), text.replace("青山镇", "白水乡")
    docs = clean(text, edited, elsewhere)
    assert [doc.text for doc in docs] == [text, "", elsewhere]
    assert [mark.kind for mark in docs[2].marks] == ["template"]


def test_without_containment_pieces_stay():
    assert clean(f"{PLANS}\n{PLANS[21:]}", containment=None)[0].text == f"{PLANS}\n{PLANS[21:]}"


def test_headings_fall_where_they_are_asked_to():
    assert clean(LONG_TITLE, LONG_TITLE)[1].text == LONG_TITLE
    assert clean(LONG_TITLE, LONG_TITLE, headings="cut")[1].text == ""


def test_a_second_run_changes_nothing():
    texts = [f"{OPENING}\n{PLANS}\n{PLANS[21:]}", f"{WORKS[20:]}\n{OTHER}", f"{WORKS}\n是的。\n是的。\n{OPENING}"]
    once = clean(*texts)
    assert [doc.text for doc in once] != texts
    assert [doc.text for doc in clean(*(doc.text for doc in once))] == [doc.text for doc in once]


def test_many_identical_lines_leave_one():
    doc = clean("\n".join([OPENING] * 20_000))[0]
    assert doc.text == OPENING


parts = st.sampled_from(
    [OPENING, WORKS, PLANS, PLANS[21:], WORKS[:-6], QUOTE, OTHER, "是的。", "标题", "", " ", "😀" * 30, "\ufffd" * 25]
)
corpora = st.lists(st.lists(parts, max_size=6).map("\n".join), max_size=4)


@settings(deadline=None, max_examples=50)
@given(corpora, st.integers(0, 1000))
def test_every_cut_names_a_paragraph_that_stays_and_the_source_comes_back(texts, seed):
    docs = [Document(f"{i}.txt", text) for i, text in enumerate(texts)]
    done = run(Duplicates(), docs)
    assert done == run(Duplicates(), random.Random(seed).sample(docs, len(docs)))
    assert [doc.original() for doc in done] == texts
    home = {doc.id: doc for doc in done}
    for doc in done:
        for old, reason, twin in cuts(doc):
            id, line = twin.rsplit("#", 1)
            kept = home[id].original().split("\n")[int(line) - 1]
            assert kept in home[id].text.split("\n")
            if reason == "exact":
                assert kept.strip() == old.strip()


@pytest.mark.parametrize(
    "options",
    [{"threshold": 0}, {"threshold": 1.5}, {"containment": 0}, {"n": 1}, {"slots": 4}, {"numbers": "x"}, {"typo": 1}],
)
def test_an_option_out_of_range_is_refused(options):
    with pytest.raises(ValidationError):
        Duplicates(**options)


def test_documents_observed_together_are_seen_as_each_alone() -> None:
    texts = [
        "",
        "\n",
        "短句。\n" + "一段足够长的话，讲的是县里修路的事情，路修到了山那边。" * 2,
        "𠮷野家" * 9,
        "长" * 1500,
        "甲\n\n乙",
    ]
    docs = [Document(f"{i}.txt", text) for i, text in enumerate(texts)]
    stage = Duplicates()
    together, alone = Observations(stage.tables, [stage.observe_many(docs)]), Observations(stage.tables)
    for doc in docs:
        alone.add(stage.observe_many([doc]))
    assert list(together) == list(alone)
    assert [id for id, _ in together] == [doc.id for doc in docs]


def test_an_exact_copy_is_compared_not_taken_on_its_key():
    stage = Duplicates()
    docs = [Document("0.txt", WORKS), Document("1.txt", PLANS)]
    seen = stage.observe_many(docs[:1])
    forged = Observations(stage.tables, [seen, Seen(("1.txt",), seen.tables)])  # a text with the same keys
    home = {doc.id: doc.text for doc in docs}
    assert not stage.decide(forged, lambda refs: [home[ref.id][ref.start : ref.end] for ref in refs])
    same = {"0.txt": WORKS, "1.txt": WORKS}
    assert stage.decide(forged, lambda refs: [same[ref.id][ref.start : ref.end] for ref in refs])
