from hypothesis import strategies as st

# Few characters, so that grams recur; beyond the basic plane, lone surrogates, NUL and the last code points among them.
characters = st.sampled_from("甲乙丙丁，\x00\uffff\ud83d\ude00😀𠀀")
texts = st.text(characters, max_size=60)
pieces = st.lists(st.text(characters, min_size=1, max_size=12), min_size=1, max_size=4)
many = st.lists(st.one_of(texts, st.text(max_size=8), pieces.map("".join)), max_size=12)
