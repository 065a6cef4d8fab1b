"""One index for several machines, in a real Redis server on the loopback interface."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.minhash.synthetic import paragraphs
from textclean.errors import TextcleanError, UsageError
from textclean.index.model import Parameters
from textclean.index.open import open_with
from textclean.minhash import EXACT, KEPT, NEAR

redis = pytest.importorskip("redis", reason="the package redis is not installed: pip install 'textclean[redis]'")

from textclean.index.redis import RedisIndex  # noqa: E402 - needs the package

KEPT_TEXTS = paragraphs(40, 21, near=0, exact=0)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("there is no redis-server: apt-get install redis-server, or make test-services")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("redis")
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        client = redis.Redis(port=port)
        for _ in range(200):
            try:
                client.ping()
                break
            except redis.ConnectionError:
                time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
        process.terminate()


@pytest.fixture
def address(server: str, request: pytest.FixtureRequest) -> str:
    return f"{server}?name={request.node.name}"


def changed(text: str, every: int) -> str:
    return "".join("龘" if i % every == every // 2 else char for i, char in enumerate(text))


def test_two_machines_share_what_was_kept(address: str) -> None:
    with RedisIndex(address) as first, open_with(address, first.parameters) as second:
        state = second.state()
        first.remember("monday.txt", KEPT_TEXTS[:20])
        assert second.state() != state
        long = max(KEPT_TEXTS[:20], key=len)
        asked = [KEPT_TEXTS[3], "前头加上一句，" + changed(long, 60), KEPT_TEXTS[30], "短"]
        twins = second.match(asked, ["tuesday.txt"])  # type: ignore[attr-defined]
    assert twins.kind.tolist() == [EXACT, NEAR, KEPT, KEPT]
    assert twins.name == ["monday.txt#4", f"monday.txt#{KEPT_TEXTS.index(long) + 1}", None, None]
    assert 0.8 <= twins.similarity[1] < 1


def test_a_document_never_matches_itself_and_is_replaced(address: str) -> None:
    with RedisIndex(address) as index:
        index.remember("a", KEPT_TEXTS[:5])
        state = index.state()
        index.remember("a", KEPT_TEXTS[:5])
        assert index.state() == state
        assert index.match(KEPT_TEXTS[:5], ["a"]).name == [None] * 5
        index.remember("a", [KEPT_TEXTS[5], KEPT_TEXTS[6] + "\ud800"])
        assert index.match([*KEPT_TEXTS[:6], KEPT_TEXTS[6] + "\ud800"]).name == [None] * 5 + ["a#1", "a#2"]
        index.remember("a", [])
        assert index.match(KEPT_TEXTS[:7]).name == [None] * 7


def test_a_document_that_was_not_finished_is_not_there(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class KilledError(Exception):
        pass

    with RedisIndex(address) as index:
        index.remember("whole", KEPT_TEXTS[:3])

        def kill(*_: object) -> None:
            raise KilledError

        monkeypatch.setattr(index._client, "hset", kill)
        with pytest.raises(KilledError):
            index.remember("half", KEPT_TEXTS[3:6])
    with RedisIndex(address) as index:
        assert index.match(KEPT_TEXTS[:6]).name == ["whole#1", "whole#2", "whole#3", None, None, None]
        index.remember("half", KEPT_TEXTS[3:6])
        assert None not in index.match(KEPT_TEXTS[:6]).name


def test_other_parameters_are_refused_and_named(address: str) -> None:
    RedisIndex(address).close()
    with pytest.raises(UsageError, match="slots is 64 in the index and 32 here"):
        RedisIndex(address, Parameters.of(5, 32, 0.8))
    with pytest.raises(UsageError, match="always holds texts"):
        RedisIndex(address, Parameters.of(5, 64, 0.8, texts=False))


def test_a_reader_changes_nothing(address: str) -> None:
    with RedisIndex(address, write=False) as index:
        assert index.match(KEPT_TEXTS[:2]).name == [None, None]
        with pytest.raises(UsageError, match="for reading only"):
            index.remember("a", KEPT_TEXTS[:1])
    RedisIndex(address, Parameters.of(6, 64, 0.8)).close()


def test_a_run_uses_the_shared_index(address: str, tmp_path: Path) -> None:
    from textclean.commands.run import run

    for day in ("monday", "tuesday"):
        (tmp_path / day).mkdir()
        (tmp_path / day / "a.txt").write_text("\n".join(KEPT_TEXTS[:3]), encoding="utf-8")
        run(tmp_path / day, tmp_path / f"{day}-out", index=address)
    assert (tmp_path / "monday-out/clean/a.txt").read_text(encoding="utf-8").count("\n") == 3
    assert (tmp_path / "tuesday-out/clean/a.txt").read_text(encoding="utf-8").strip() == ""


@pytest.mark.parametrize("wrong", ["http://x", "redis://x:y", "redis://x/db", "redis://x?nmae=1"])
def test_a_wrong_address_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError, match="not an address like"):
        RedisIndex(wrong)


def test_a_server_that_does_not_answer_is_told() -> None:
    with pytest.raises(TextcleanError, match=r"127\.0\.0\.1:1: the index cannot be used"):
        RedisIndex("redis://127.0.0.1:1")
