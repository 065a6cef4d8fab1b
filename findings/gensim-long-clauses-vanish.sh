#!/usr/bin/env bash
# gensim 4.4.0 takes what stands between two punctuation marks for a word and leaves out "words" of more than 15
# characters: of unsegmented Chinese, every clause of 16 characters and more is gone, the shorter ones are kept, and
# nothing is said. It is the default of utils.simple_preprocess and of WikiCorpus, which many take to turn a dump of
# Wikipedia into text; the long clauses are the ones with the facts. Of Chinese already segmented, simple_preprocess
# drops the words of one character.
# Do instead: segment first and split at the blanks yourself; give WikiCorpus a tokenizer_func of your own.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq --disable-pip-version-check gensim==4.4.0
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version

from gensim.corpora.wikicorpus import WikiCorpus
from gensim.corpora.wikicorpus import tokenize as wiki_tokenize
from gensim.utils import simple_preprocess

LONG = "县农业技术推广站昨日在白水镇召开现场会"
SHORT = ("要求不误农时", "确保面积不减")
TEXT = f"{LONG}，{SHORT[0]}，{SHORT[1]}。"

print("gensim", version("gensim"))
print("A clause of more than 15 characters vanishes, since it is taken for one long word.\n")
print("the text:         ", TEXT)
print("simple_preprocess:", simple_preprocess(TEXT))
assert simple_preprocess(TEXT) == list(SHORT), "gensim keeps the clause now"

corpus = WikiCorpus(None, dictionary={})
tokens = wiki_tokenize(TEXT, corpus.token_min_len, corpus.token_max_len, corpus.lower)
print("WikiCorpus:       ", tokens)
assert tokens == list(SHORT), "WikiCorpus keeps the clause now"

for length in (15, 16):
    clause = LONG[:length]
    print(f"a clause of {length}:    {simple_preprocess(clause)}")
    assert simple_preprocess(clause) == ([clause] if length == 15 else [])

segmented = "他 在 县城 种 了 三 亩 甘薯"
print(f"{segmented}: {simple_preprocess(segmented)}")
assert simple_preprocess(segmented) == ["县城", "甘薯"]
assert simple_preprocess("The county office held a meeting") == ["the", "county", "office", "held", "meeting"]
PY
