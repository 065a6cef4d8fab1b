"""The optional extension: where it cannot be built, the NumPy functions do its work."""

import sys

from setuptools import Extension, setup

KERNEL = Extension(
    "textclean.minhash._kernel",
    ["textclean/minhash/_kernel.c"],
    extra_compile_args=[] if sys.platform == "win32" else ["-O3", "-std=c11", "-fno-tree-loop-distribute-patterns"],
    py_limited_api=True,
    optional=True,
)
setup(ext_modules=[KERNEL], options={"bdist_wheel": {"py_limited_api": "cp311"}})
