"""A copy falls only to a paragraph that says all of it."""

import pytest

from benchmarks.statements import judged
from tests.statements import facts, paragraphs, reprints
from textclean.document import Document
from textclean.pipeline import Pipeline
from textclean.stages.duplicates import Duplicates
from textclean.stages.duplicates.credits import without_credits
from textclean.stages.duplicates.folding import fold
from textclean.stages.duplicates.plain import plain_numbers
from textclean.stages.duplicates.same import Difference, difference
from textclean.stages.duplicates.whole import Whole

FACTS_CUT_AT_MOST = 0.005
REPRINTS_FOUND_AT_LEAST = 0.95


def differs(kept: str, own: str) -> Difference | None:
    kept, own = fold([kept, own])
    return difference(Whole(kept), Whole(own))


def test_hardly_a_fact_falls_and_hardly_a_reprint_stays() -> None:
    every = [pair for number, one in enumerate(paragraphs()) for pair in (*facts(one), *reprints(one, number))]
    assert len(every) >= 400
    found = list(judged(every))
    told = [one for one in found if not one.pair.is_reprint]
    said = [one for one in found if one.pair.is_reprint and one.counts]
    assert sum(not one.is_right for one in told) <= FACTS_CUT_AT_MOST * len(told)
    assert sum(one.is_right for one in said) >= REPRINTS_FOUND_AT_LEAST * len(said)


NOTICE = "青溪县水务局副局长陈建国涉嫌严重违纪违法，目前正接受县纪委监委纪律审查和监察调查，收受财物共计120万元。"


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("陈建国", "李志军", "陈建国 → 李志军"),
        ("青溪县", "临江区", "青溪县 → 临江区"),
        ("120万元", "20万元", "1200000 → 200000"),
        ("副局长", "局长", "副 → ∅"),
        ("涉嫌", "未涉嫌", "∅ → 未"),
        ("目前正", "昨日起", "目前正 → 昨日起"),
        ("万元", "万斤", "元 → 斤"),
        ("。", "，另有两人被查。", "∅ → ,另有2人被查"),
    ],
)
def test_what_differs_is_told(old: str, new: str, shown: str) -> None:
    assert str(differs(NOTICE, NOTICE.replace(old, new))) == shown


@pytest.mark.parametrize(
    ("kept", "own", "shown"),
    [
        ("白俄罗斯代表团28日抵达青溪县。", "俄罗斯代表团28日抵达青溪县。", "白 → ∅"),
        ("陈建国任青溪县水务局局长", "陈建国任青溪县水务局", "局长 → ∅"),
        ("“俄罗斯代表团28日抵达青溪县。”", "俄罗斯代表团28日抵达青溪县。", "None"),
        ("据了解，俄罗斯代表团28日抵达青溪县。", "俄罗斯代表团28日抵达青溪县。", "None"),
        ("昨天下午俄罗斯代表团28日抵达青溪县。", "俄罗斯代表团28日抵达青溪县。", "None"),
        ("以2：1战胜临江队，取得三连胜", "以21战胜临江队取得三连胜", ": → ∅"),
        ("增长5。2023年，全县", "增长52023年全县", "5.2023 → 52023"),
        ("全县增长。2023年，水务局", "全县增长2023年水务局", "None"),
    ],
)
def test_what_stands_at_the_edge_of_a_copy(kept: str, own: str, shown: str) -> None:
    assert str(differs(kept, own)) == shown


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        pytest.param("党员干部", "党员千部", "None", id="a misread character in an everyday word"),
        pytest.param("昨日", "昨曰", "None", id="a misread character that is hardly told"),
        pytest.param("明代", "日月代", "None", id="a character read as its two parts"),
        pytest.param("李未", "李末", "未 → 末", id="a name of a character that looks alike"),
        pytest.param("上旬", "中旬", "上 → 中", id="another part of a month"),
        pytest.param("16、18", "16，18", "None", id="another sign in a list of numbers"),
        pytest.param("0—24时", "0-24时", "None", id="another dash of a range"),
        pytest.param("借助", "藉助", "None", id="a character that folding leaves"),
        pytest.param("应当", "要", "None", id="another word for must"),
        pytest.param("应当", "可以", "应当 → 可以", id="may for must"),
        pytest.param("昨日", "【新春走基层】昨日", "None", id="a rubric"),
        pytest.param("昨日", "【辟谣】昨日", "∅ → 【辟谣】", id="a rubric that denies"),
        pytest.param("昨日", "红网时刻3月12日讯　昨日", "None", id="a dateline of an outlet that no list has"),
        pytest.param("开放。", "开放。（总台记者 顾鑫 编辑 李京）", "None", id="the names of those who made it"),
        pytest.param("开放。", "开放。[详细]", "None", id="a button"),
        pytest.param("开放。", "开放。（原标题：古桥将常年开放）", "None", id="the title that it had elsewhere"),
        pytest.param("开放。", "开放。更多精彩请关注本报微信公众号", "None", id="an invitation"),
        pytest.param("昨日", "【明代古桥将于3月重新开放】昨日", "None", id="a title in brackets before the text"),
        pytest.param("昨日", "【桥头将常年收费】记者获悉，昨日", "∅ → 记者获悉,", id="news behind a title"),
        pytest.param("昨日", "中新社青溪电 （记者 顾鑫）昨日", "None", id="a dateline without a date"),
        pytest.param("昨日", "要闻 | 昨日", "None", id="the part of the paper"),
        pytest.param("16、18", "16、Ⅻ", "182 → 122", id="a Roman number is a number"),
    ],
)
def test_what_editors_and_readers_of_shapes_do_says_nothing(old: str, new: str, shown: str) -> None:
    text = (
        "昨日，党员干部李未介绍，明代古桥将于3月上旬重新开放，"
        "今后0—24时均应当按16、18两项规定，借助专人看护。据悉，桥头将常年开放。"
    )
    assert old in text
    assert str(differs(text, text.replace(old, new, 1))) == shown


def test_a_notice_about_someone_else_stays_and_says_what_differs() -> None:
    first = f"{NOTICE}此前，县纪委监委已对该局多名工作人员作出处理，相关整改工作正在有序推进，欢迎群众继续监督举报。"
    other = first.replace("陈建国", "李志军")
    for docs in ([("a", first), ("b", other)], [("a", f"{first}\n{other}")]):
        done = [doc for doc in Pipeline([Duplicates()]).run(docs) if isinstance(doc, Document)]
        assert "\n".join(doc.text for doc in done) == f"{first}\n{other}"
        (mark,) = [mark for doc in done for mark in doc.marks]
        assert (mark.kind, mark.observed) == ("template", other)
        assert "陈建国 → 李志军" in mark.evidence
    alike = Pipeline([Duplicates(numbers="same")]).clean(f"{first}\n{other}")
    assert alike.text == first


@pytest.mark.parametrize(
    ("text", "credits"),
    [
        ("新华网北京1月12日电 青溪县发布通报。", "新华网北京1月12日电"),
        ("本报讯（记者 某某）青溪县发布通报。", "本报讯(记者某某)"),
        ("本报北京3月5日电（记者 某某）青溪县发布通报。", "本报北京3月5日电(记者某某)"),
        ("据江州晚报报道，青溪县发布通报。", "据江州晚报报道,"),
        ("江州晚报记者李志军报道：青溪县发布通报。", "江州晚报记者李志军报道:"),
        ("摘要：青溪县发布通报。", "摘要:"),
        ("青溪县发布（资料图）通报。", "(资料图)"),
        ("青溪县发布通报。责任编辑：某某", "责任编辑:某某"),
        ("青溪县发布通报。来源：江州晚报", "来源:江州晚报"),
        ("社会各界网友热议的报道引起关注。", ""),
        ("新华社记者从现场了解到，青溪县发布通报。", ""),
        ("一台电视机放在村口。", ""),
        ("（一）青溪县发布通报。", ""),
        ("他说：“来源：不明。”", ""),
    ],
)
def test_datelines_and_credits_are_no_statements(text: str, credits: str) -> None:
    (folded,) = fold([text])
    assert without_credits(folded) == folded.replace(credits, "", 1)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("三千", "3000"),
        ("3,000人", "3000人"),
        ("１.２万", "12000"),
        ("1.25万亿", "1250000000000"),
        ("二〇二四年三月", "2024年3月"),
        ("2024-03-05", "2024年3月5日"),
        ("03月05日", "3月5日"),
        ("百分之五点六", "5.6%"),
        ("百分之12.5", "12.5%"),
        ("一百二十三万四千", "1234000"),
        ("两百零五", "205"),
        ("十五", "15"),
        ("比分2：1", "比分2:1"),
        ("0.5", "0.5"),
        ("2024-03", "2024-03"),
    ],
)
def test_numbers_have_one_form(text: str, plain: str) -> None:
    assert plain_numbers(fold([text])[0]) == plain


def test_a_number_that_a_cut_halved_says_nothing_else() -> None:
    whole = "全年安排补助资金一共有12.3亿元，用于补助企业和农户，由县财政局统一发放到户。"
    assert differs(whole, whole[12:]) is None
    assert differs(whole, "全年安排补助资金一共有1") is None
    assert differs(whole, whole[2:].replace("12.3", "2.3")) is not None
