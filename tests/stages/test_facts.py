import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.stages.duplicates.facts import (
    ends_a_sentence,
    is_cut_from,
    is_heading,
    numbers_beyond,
    one_way,
    opposed,
    other_numbers,
    other_word,
)
from textclean.stages.duplicates.folding import fold
from textclean.stages.duplicates.whole import Whole


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("2023年产量增长", "2024年产量增长", True),
        ("启示录①", "启示录⑤", True),
        ("增长1.2个百分点", "增长1.4个百分点", True),
        ("三月份完成投资", "四月份完成投资", True),
        ("第一批名单A类", "第一批名单B类", True),
        ("（上）全文见第3版", "（下）全文见第3版", True),
        ("甲方负责", "乙方负责", True),
        ("先5后3", "先3后5", True),
        ("8月5日上午开工", "8月5日上午动工", False),
        ("产量达到12吨，增长5%", "产量达到12吨", False),
        ("１２吨", "12吨", False),
        ("①②", "①②③", False),
        ("", "", False),
    ],
)
def test_other_numbers(left, right, expected):
    left, right = fold([left, right])
    assert other_numbers(left, right) is expected
    assert other_numbers(right, left) is expected


@pytest.mark.parametrize(
    ("piece", "whole", "expected"),
    [
        ("3亿元，用于补助企业，共12家", "全年安排2.3亿元，用于补助企业，共12家。", False),
        ("全年安排补助资金一共有1", "全年安排补助资金一共有12亿元", False),
        ("企业共12家，户均30人。", "该区企业共12家，户均35人。", True),
        ("企业共12家。", "该市有企业共12家。另有3个站。", False),
    ],
)
def test_numbers_that_the_whole_does_not_give(piece, whole, expected):
    piece, whole = fold([piece, whole])
    assert numbers_beyond(piece, Whole(whole)) is expected


@pytest.mark.parametrize(
    ("left", "right", "places"),
    [
        ("青山区新建水厂，青山区居民受益。", "白水区新建水厂，白水区居民受益。", 2),
        ("青山区新建水厂，青山区居民受益。", "九龙新区新建水厂，九龙新区居民受益。", 2),
        ("青山县新建水厂，青山县居民受益。", "九龙新区新建水厂，九龙新区居民受益。", 2),
        ("东湖镇今年种植玉米十亩。", "西岭乡屯今年种植玉米十亩。", 1),
        ("局长表示，工程年底完工。", "局长指出，工程年底完工。", 1),
        ("青山区新建水厂，青山区居民受益。", "白水区新建水厂，青山区居民受益。", 1),
        ("工程年底完工。", "工程年末完工。", 0),
        ("青山区新建水厂，居民受益。", "白水区新建电站，居民受益。", 0),
        ("一样的句子。", "一样的句子。", 0),
        ("工程年底完工。", "工程年底完工。居民受益。", 0),
        ("工程", "", 0),
    ],
)
def test_one_other_word(left, right, places):
    assert other_word(left, right) == places


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("管网存在漏损。", "管网不存在漏损。", True),
        ("方案已获批准。", "方案尚未获批准。", False),
        ("方案获得批准。", "方案未获得批准。", True),
        ("水样没有超标。", "水样超标。", True),
        ("定于周六上午停水。", "定于周日上午停水。", True),
        ("定于上午停水。", "定于下午停水。", True),
        ("东部水厂投产。", "西部水厂投产。", True),
        ("男性职工免费体检。", "女性职工免费体检。", True),
        ("水价上涨一成。", "水价上跌一成。", True),
        ("局长表示，工程完工。", "局长表未，工程完工。", False),
        ("水厂在城区投产。", "水厂在城区投产，", False),
        ("一样的句子。", "一样的句子。", False),
        ("", "不", True),
    ],
)
def test_a_negation_more_or_the_opposite_word_is_opposed(left, right, expected):
    assert opposed(left, right) is expected
    assert opposed(right, left) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("产业升级 迈出新步伐", True),
        ("科技小院里有什么？", True),
        ("（市水务局供图）", True),
        ("他说，会的。", False),
        ("全县今年新修了三条公路，", False),
        ("本次会议讨论了以下几个方面：", False),
        ("字" * 41, False),
        ("增长3.5个百分点", True),
    ],
)
def test_headings(line, expected):
    assert is_heading(fold([line])[0]) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("完工。", True),
        ("完工。”", True),
        ("什么？”）", True),
        ("完工", False),
        ("完工，", False),
        ("", False),
        ("“”", False),
    ],
)
def test_the_end_of_a_sentence(text, expected):
    assert ends_a_sentence(fold([text])[0]) is expected


WHOLE = "市里今年修了三条公路。县里说：“明年还要再修两条公路。”村民们都说这样的日子越来越有盼头。"


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        ("今年修了三条公路。", True),
        ("市里今年修了三条公路", True),
        ("市里今年修了三条公路。", False),
        ("“明年还要再修两条公路。”", False),
        ("明年还要再修两条公路。", False),
        ("村民们都说这样的日子越来越有盼头。", False),
        ("都说这样的日子越来越有盼头。", True),
        ("完全是另外的一段话", False),
    ],
)
def test_a_cut_is_seen_where_the_piece_stood(piece, expected):
    piece, whole = fold([piece, WHOLE])
    assert is_cut_from(piece, Whole(whole)) is expected


def test_one_way():
    assert one_way("ac", "abc")
    assert not one_way("ca", "abc")
    assert one_way("", "")


def slow_other_word(left, right):
    if left == right:
        return 0
    head = next(i for i in range(len(left) + 1) if left[i : i + 1] != right[i : i + 1])
    tail = 0
    while tail < min(len(left), len(right)) - head and left[-1 - tail] == right[-1 - tail]:
        tail += 1
    word, new = left[head : len(left) - tail], right[head : len(right) - tail]
    if max(len(word), len(new)) <= 8:
        return int(min(len(word), len(new)) > 1 and not set(word) & set(new))
    for size in range(2, 9):
        word = left[head : head + size]
        for long in range(2, 9):
            new = right[head : head + long]
            if not set(word) & set(new) and len(new) == long and word and left.replace(word, new) == right:
                return left.count(word)
    return 0


@st.composite
def replaced(draw):
    words = st.text("甲乙丙丁", min_size=2, max_size=9)
    word, new = draw(words), draw(words | st.text("一二三", min_size=2, max_size=9))
    parts = draw(st.lists(st.text("天地人甲", max_size=4), max_size=6))
    pair = word.join(parts), new.join(parts)
    return pair if draw(st.booleans()) else (pair[1], pair[0])


@given(replaced() | st.tuples(st.text("甲一二", max_size=14), st.text("甲一二", max_size=14)))
@settings(deadline=None, max_examples=400)
def test_one_other_word_is_what_a_look_at_all_words_finds(pair):
    assert (other_word(*pair) > 0) == (slow_other_word(*pair) > 0)


def test_a_piece_and_a_whole_of_another_length_differ_in_more_than_a_word():
    assert other_word("青山区新建水厂。" * 40, "白水区新建水厂。") == 0
    assert not opposed("不" * 40, "不")
