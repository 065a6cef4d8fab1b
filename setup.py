"""The optional extensions: where they cannot be built, functions in Python and NumPy do their work."""

import sys
from runpy import run_path

from setuptools import Extension, setup

FLAGS = [] if sys.platform == "win32" else ["-O3", "-std=c11", "-fno-tree-loop-distribute-patterns"]
LISTED = run_path("textclean/native.py")["EXTENSIONS"].values()  # importing it would need the dependencies

setup(
    ext_modules=[
        Extension(
            one.module,
            list(one.sources),
            depends=list(one.headers),
            extra_compile_args=FLAGS,
            py_limited_api=one.limited,
            optional=True,
        )
        for one in LISTED
    ]
)
