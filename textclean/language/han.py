"""Classes of Chinese characters, as the insides of bracket expressions. Basic plane only.

One character beyond it in a class makes a search twenty times slower, and news has next to none.
"""

UNIFIED = "\u4e00-\u9fff"
"""The unified ideographs: nearly all there is of Han in news, and all that the counts of words and sequences know."""
IDEOGRAPHS = f"\u3400-\u4dbf{UNIFIED}\uf900-\ufaff"
"""All ideographs: extension A and the compatibility ideographs too."""
HAN = f"\u3007{IDEOGRAPHS}"
"""What words, names and years are written with: ideographs and the zero 〇."""
HAN_SCRIPT = f"\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029{IDEOGRAPHS}"
"""Whatever text is Chinese by: radicals, 々, 〆, 〇 and the Suzhou numerals too."""
