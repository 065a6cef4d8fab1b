"""Which files a folder holds, what they are called, and what cannot be read."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.errors import InputError, UsageError
from textclean.io.inputs import File, find_files, id_path, path_id

LIMIT = 1000
names = st.binary(min_size=1, max_size=12).filter(lambda raw: b"\0" not in raw and b"/" not in raw)


@settings(deadline=None)
@given(st.lists(names, min_size=1, max_size=3))
def test_any_file_name_has_an_id_that_gives_it_back(parts: list[bytes]) -> None:
    path = os.fsdecode(b"/".join(parts))
    id = path_id(path)
    assert id_path(id) == path
    assert id.isprintable() or not any(ord(letter) < 32 for letter in id)
    id.encode()


@settings(deadline=None)
@given(st.lists(names, min_size=2, max_size=2, unique=True))
def test_different_names_have_different_ids(pair: list[bytes]) -> None:
    assert path_id(os.fsdecode(pair[0])) != path_id(os.fsdecode(pair[1]))


def test_undecodable_bytes_and_line_breaks_are_escaped_and_percent_signs_only_where_they_must_be() -> None:
    assert path_id(os.fsdecode(b"a\xff\n/100%.txt")) == "a%FF%0A/100%.txt"
    assert path_id("100%41") == "100%2541"


def test_files_come_in_the_order_of_their_ids(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a.txt", "乙.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [file.id for file in find_files(tmp_path, LIMIT)] == ["a.txt", "a/z.txt", "b.txt", "乙.txt"]


def test_links_are_followed_and_loops_fail_alone(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "real.txt").write_text("x")
    (tmp_path / "in" / "link.txt").symlink_to(tmp_path / "else" / "real.txt")
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "else")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "self").symlink_to("self")
    (tmp_path / "in" / "dangling").symlink_to("nowhere")
    files = {file.id: file for file in find_files(tmp_path / "in", LIMIT)}
    assert set(files) == {"link.txt", "folder/real.txt", "loop", "self", "dangling"}
    assert files["folder/real.txt"].load() == files["link.txt"].load() == b"x"
    for name, says in (("loop", "a link to a folder that is read anyway"), ("self", "link"), ("dangling", "'nowhere'")):
        with pytest.raises(InputError, match=says):
            files[name].load()


def test_what_is_no_regular_file_or_too_large_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a regular file"):
        File("pipe", str(tmp_path / "pipe"), LIMIT).load()
    (tmp_path / "big").write_bytes(b"x" * (LIMIT + 1))
    with pytest.raises(InputError, match="1,001 bytes, over the limit of 1,000"):
        File("big", str(tmp_path / "big"), LIMIT).load()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_says_so(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "secret").chmod(0)
    with pytest.raises(InputError, match="Permission denied; allow it"):
        File("secret", str(tmp_path / "secret"), LIMIT).load()


def test_an_input_that_is_a_file_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (file,) = find_files(tmp_path / "a.txt", LIMIT)
    assert (file.id, file.load()) == ("a.txt", b"x")


def test_an_input_that_is_neither_folder_nor_file_is_wrong_use(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to("nowhere")
    for name, says in (
        ("pipe", "is neither a folder nor a file"),
        ("dangling", "is neither a folder nor a file"),
        ("none", "does not exist"),
    ):
        with pytest.raises(UsageError, match=f"{name}: the input {says}"):
            find_files(tmp_path / name, LIMIT)
