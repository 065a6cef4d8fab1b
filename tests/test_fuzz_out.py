"""The short form of the fuzzer of output folders, in a process of its own: it limits its memory."""

import subprocess
import sys


def test_hundreds_of_damaged_folders_indexes_and_recipes_are_told() -> None:
    command = [sys.executable, "-m", "tests.fuzz_out", "400", "--seed", "suite"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "none failed" in done.stdout
