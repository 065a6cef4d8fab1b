"""What is no text is told from its bytes; prose is not, whatever signs stand in it."""

import json
from pathlib import Path

import pytest

from textclean.commands.run import run
from textclean.io.formats.foreign import foreign
from textclean.testing import corpus

PAGE = "<html><head><title>青溪县</title></head><body><p>今天上午，县里的茶园开了园。</p></body></html>"
PROSE = "青溪县的茶园今天上午开了园，有一千多人来采茶。县里说，今年的春茶长势良好。\n"
PYTHON = (
    "import sys\n\ndef main():\n    print('开园')\n    return 0\n\nif __name__ == '__main__':\n    sys.exit(main())\n"
)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (PAGE, "an HTML page"),
        ("\ufeff\n<!DOCTYPE html>\n" + PAGE, "an HTML page"),
        ('<?xml version="1.0"?>\n<rss><item>青溪县</item></rss>', "XML"),
        ("\n".join(f'<div class="c"><a href="/{i}">开园</a></div>' for i in range(9)), "markup"),
        (json.dumps({"text": PROSE}, ensure_ascii=False), "JSON"),
        (json.dumps([{"text": PROSE}], ensure_ascii=False, indent=1), "JSON"),
        ("".join(json.dumps({"id": i, "text": PROSE}, ensure_ascii=False) + "\n" for i in range(3)), "JSON lines"),
        (PYTHON, "program code"),
        ("#include <stdio.h>\nint main(void)\n{\n    int n = 0;\n    return n;\n}\n", "program code"),
        ("日期\t地点\t人数\n" + "3月5日\t青溪\t1200\n" * 6, "a table"),
        ("date,place,count\n" + "2024-03-05,青溪,1200\n" * 6, "a table"),
        (r"{\rtf1\ansi 文}", "RTF"),
    ],
)
def test_what_is_no_text_is_told(text: str, what: str) -> None:
    assert foreign(text.encode()) == what


@pytest.mark.parametrize(
    "text",
    [
        "",
        PROSE,
        "[青溪县]今天上午，茶园开了园。",
        "{注：以下为摘要}\n" + PROSE,
        "<新闻> 青溪县茶园开园 <图>\n" + PROSE,
        PROSE * 3 + "<p>一段</p>\n<br>\n<b>粗</b>" + PROSE * 3,
        "# 青溪县茶园开园\n\n**今天上午**，[茶园](https://news.example/1)开了园。\n\n- 采茶\n- 制茶\n\n> 县里说\n"
        + PROSE,
        "采茶：一芽一叶；\n制茶：杀青；\n揉捻：三次；\n烘干：两次；\n包装：一次；\n",
        "a,b\n" + PROSE * 9,
        "The county opened its tea garden today.\nMore than a thousand people came.\n" * 5,
        "2024-03-05\n2024-03-06\n" * 5,
    ],
)
def test_prose_is_text(text: str) -> None:
    assert foreign(text.encode()) == ""


@pytest.mark.parametrize("folder", ["noisy", "clean", "expected"])
def test_the_fixtures_are_text(folder: str) -> None:
    files = sorted((Path(__file__).parents[3] / "fixtures" / folder).glob("*.txt"))
    assert files
    assert [file.name for file in files if foreign(file.read_bytes())] == []


def test_generated_news_is_text_in_every_encoding() -> None:
    for text in corpus(3, 200_000):
        for codec in ("utf-8", "gb18030", "utf-16", "hz"):
            assert foreign(text.encode(codec, "replace")) == ""


def test_a_page_is_put_in_quarantine_and_takes_no_paragraph_with_it(tmp_path: Path) -> None:
    source = tmp_path / "in"
    (source / ".git").mkdir(parents=True)
    (source / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (source / ".hidden.txt").write_text(PROSE, encoding="utf-8")
    (source / "a.html").write_text(PAGE.replace("今天上午，县里的茶园开了园。", PROSE), encoding="utf-8")
    (source / "b.txt").write_text(json.dumps({"text": PROSE}, ensure_ascii=False) + "\n", encoding="utf-8")
    (source / "c.txt").write_text(PROSE, encoding="utf-8")
    done = run(source, tmp_path / "out")
    assert [id for id, _, _ in done.failures] == ["a.html", "b.txt"]
    assert "extract its text first, or insist with --from text" in done.failures[0][2]
    assert "--from json" in done.failures[1][2]
    assert (tmp_path / "out/quarantine/a.html").read_bytes() == (source / "a.html").read_bytes()
    assert (tmp_path / "out/clean/c.txt").read_text(encoding="utf-8") == PROSE
    assert any("2 hidden files left alone" in warning for warning in done.warnings)
    insisted = run(source, tmp_path / "all", format="text")
    assert insisted.failures == ()
    assert run(source, tmp_path / "named", include=[".hidden.txt"]).figures.documents == 1
