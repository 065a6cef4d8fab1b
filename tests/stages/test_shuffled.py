"""What a barrier decides depends on rows, not on how they came: in which order, in how many tables."""

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.document import Document
from textclean.stage import CorpusStage
from textclean.stages.boilerplate import Boilerplate
from textclean.stages.duplicates import Duplicates
from textclean.stages.typos import Typos
from textclean.tables import ID, Column, Lists, Observations, Seen, taken
from textclean.testing import corpus

SLIPS = "要在新材料等重点领城加快布局，形成新的增长点。"
LINE = "北岭市水务局昨日公布今年第三季度主要供水厂的水质检测结果，四十二项指标全部合格，居民可以放心。"
SIGNS = "梧川新闻网\n渡口\n"


def shuffled(seen: list[Seen], rng: random.Random) -> list[Seen]:
    """The same rows in other tables: each is dealt to one of three, in another order, with other codes of documents."""
    dealt: list[Seen] = []
    for one in seen:
        ids = list(one.ids)
        rng.shuffle(ids)
        code = np.array([ids.index(id) for id in one.ids], np.int32)
        hands: list[dict[str, Mapping[str, Column]]] = [{}, {}, {}]
        for table in one.tables:
            rows = rng.sample(range(len(one.tables[table][ID])), len(one.tables[table][ID]))
            for hand, chosen in zip(hands, (rows[::3], rows[1::3], rows[2::3]), strict=True):
                columns = dict(taken(one, table, np.array(chosen, np.int64)))
                columns[ID] = code[columns[ID]]  # type: ignore[index]
                hand[table] = columns
        dealt += [Seen(tuple(ids), hand) for hand in hands]
    rng.shuffle(dealt)
    return dealt


def merged(seen: list[Seen]) -> Seen:
    """All tables as one."""
    ids = tuple(id for one in seen for id in one.ids)
    bases = np.cumsum([0, *(len(one.ids) for one in seen)])
    tables: dict[str, dict[str, Column]] = {}
    for table, columns in seen[0].tables.items():
        tables[table] = {}
        for name in columns:
            parts = [one.tables[table][name] for one in seen]
            if isinstance(parts[0], Lists):
                sizes = np.concatenate([np.diff(part.offsets) for part in parts])  # type: ignore[union-attr]
                values = np.concatenate([part.values for part in parts])  # type: ignore[union-attr]
                tables[table][name] = Lists(values, np.cumsum([0, *sizes]))
            else:
                moved = [part + base if name == ID else part for part, base in zip(parts, bases, strict=False)]
                tables[table][name] = np.concatenate(moved)  # type: ignore[arg-type]
    return Seen(ids, tables)


def decided(stage: CorpusStage, texts: list[str], seed: int) -> list[Mapping[str, Any]]:
    """The verdicts from tables as they are observed, from shuffled ones, and from one that is made of those."""
    docs = [Document(f"{i * 37 % 101:03d}-{i}", text) for i, text in enumerate(texts)]
    home = {doc.id: doc.text for doc in docs}
    seen = [stage.observe_many(docs[at : at + 3]) for at in range(0, len(docs), 3)]
    other = shuffled(seen, random.Random(seed))
    alone = [stage.observe_many([doc]) for doc in docs]
    return [
        stage.decide(
            Observations(stage.tables, given), lambda refs: [home[ref.id][ref.start : ref.end] for ref in refs]
        )
        for given in (seen, other, alone, [merged(other)] if other else [])
    ]


parts = st.sampled_from(
    [LINE, LINE[:-9], LINE[12:], LINE.replace("四十二", "四十三"), f"{LINE}{SLIPS}", SLIPS, "是的。", "标题", SIGNS, "",
     "另有一段足够长的话，讲的是县里修路的事情，路修到了山那边。"]
)  # fmt: skip
corpora = st.lists(st.lists(parts, max_size=6).map("\n".join), max_size=7)


@pytest.mark.parametrize("stage", [Duplicates(), Boilerplate(), Typos()], ids=lambda stage: stage.name)
@settings(deadline=None, max_examples=40)
@given(texts=corpora, seed=st.integers(0, 10**6))
def test_rows_in_any_order_and_any_tables_give_the_same_verdicts(
    stage: CorpusStage, texts: list[str], seed: int
) -> None:
    first, *others = decided(stage, texts, seed)
    assert all(other == first for other in others)


def large(seed: int) -> list[str]:
    """Exact copies, edited ones, chains of edits, pieces across documents, and a crowd of edited copies of one line."""
    rng = random.Random(seed)
    texts = corpus(seed, 120_000, noisy=False)
    lines = [line for text in texts for line in text.split("\n")[1:]]

    def edited(line: str, times: int) -> str:
        chars = list(line)
        for _ in range(times):
            chars[rng.randrange(len(chars))] = rng.choice(rng.choice(lines))
        return "".join(chars)

    chain = [lines[0]]
    for _ in range(60):
        chain.append(edited(chain[-1], 2))
    pieces = [line[rng.randrange(20) : len(line) - rng.randrange(20)] for line in rng.choices(lines, k=200)]
    line = LINE + "该局负责人介绍，明年还将对老旧小区的供水管网进行更新，同步建设智能水表和漏损监测系统。"
    forms = [line, line.replace("四十二", "三十七"), line.replace("第三", "第一")]
    crowd = [edited(rng.choice(forms), rng.randrange(3)) for _ in range(10_000)]
    every = [*chain, *pieces, *crowd, *rng.choices(lines, k=200)]
    rng.shuffle(every)
    return [*texts, *("\n".join(every[at : at + 40]) for at in range(0, len(every), 40))]


def test_a_corpus_with_crowds_chains_and_pieces_is_decided_alike() -> None:
    first, *others = decided(Duplicates(), large(1), 7)
    reasons = {verdict.reason.split(" ")[0] for cuts in first.values() for _, _, verdict in cuts}
    assert reasons == {"exact", "contained", "near", "template"}
    assert sum(map(len, first.values())) > 7_000
    assert all(other == first for other in others)
