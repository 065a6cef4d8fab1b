"""The doctor tells what is wrong, and what to do."""

from importlib import metadata

import pytest

from textclean import doctor


def test_this_installation_is_sound() -> None:
    assert [check for check in doctor.examine() if check.advice] == []


def test_a_package_that_overwrites_opencc_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version
    monkeypatch.setattr(
        metadata, "version", lambda name: "0.1.7" if name == "opencc-python-reimplemented" else real(name)
    )
    (found,) = [check for check in doctor.examine() if check.name == "opencc overwritten"]
    assert "pip uninstall opencc-python-reimplemented opencc" in found.advice


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version

    def version(name: str) -> str:
        if name == "datasketch":
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    assert doctor.Check("datasketch", "not installed", "pip install datasketch") in doctor.examine()


def test_every_package_that_is_required_is_looked_at() -> None:
    assert {"chardet", "opencc", "datasketch", "pydantic"} <= set(doctor.required())
    assert not {"pytest", "redis", "pyarrow"} & set(doctor.required())
    assert set(doctor.required()) <= {check.name for check in doctor.examine()}


def test_a_part_that_does_not_work_is_told_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise OSError("no such file")

    monkeypatch.setattr(doctor, "_data", broken)
    (found,) = [check for check in doctor.examine() if check.name == "data files"]
    assert found.state == "OSError: no such file"
    assert found.advice


def test_extensions_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTCLEAN_KERNEL", "0")
    (found,) = [check for check in doctor.examine() if check.name == "extensions in C"]
    assert all(name in found.state for name in doctor.EXTENSIONS)
    assert not found.advice
