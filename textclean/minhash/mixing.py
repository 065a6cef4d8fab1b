"""One way to make a random number of a number."""

import numpy as np
from numpy.typing import NDArray


def splitmix64(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 of each value (Steele, Lea and Flood: Fast splittable pseudorandom number generators,
    OOPSLA 2014): a bijection of 64 bits in which every bit of the input turns half of the output.
    """
    values = (values ^ values >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ values >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return values ^ values >> np.uint64(31)
