"""The optional extensions: where they cannot be built, functions in Python and NumPy do their work."""

import sys

from setuptools import Extension, setup

FLAGS = [] if sys.platform == "win32" else ["-O3", "-std=c11", "-fno-tree-loop-distribute-patterns"]
SOURCES = {
    "textclean._weave": ["textclean/_weave.c"],
    "textclean.stages.duplicates._folding": ["textclean/stages/duplicates/_folding.c"],
    "textclean.stages._scan": ["textclean/stages/_scan.c"],
}
KERNEL = Extension(  # reads strings in place, which the limited API does not let it
    "textclean.minhash._kernel",
    [
        "textclean/minhash/_bindings.c",
        "textclean/minhash/_buckets.c",
        "textclean/minhash/_contained.c",
        "textclean/minhash/_kernel.c",
        "textclean/minhash/_overlap.c",
        "textclean/minhash/_pairs.c",
    ],
    depends=["textclean/minhash/_kernel.h"],
    extra_compile_args=FLAGS,
    optional=True,
)
EXTENSIONS = [
    Extension(name, sources, extra_compile_args=FLAGS, py_limited_api=True, optional=True)
    for name, sources in SOURCES.items()
]
setup(ext_modules=[*EXTENSIONS, KERNEL])
