from collections.abc import Iterator

import pytest

from textclean.minhash import engine


@pytest.fixture(scope="module", autouse=True, params=["kernel", "numpy"])
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    """Everything is tried with the kernel and with the NumPy functions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TEXTCLEAN_KERNEL", raising=False)
        if request.param == "numpy":
            patch.setenv("TEXTCLEAN_KERNEL", "0")
        elif engine.kernel() is None:
            pytest.skip("the extension is not built")
        yield request.param
