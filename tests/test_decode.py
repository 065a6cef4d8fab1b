"""Decoding: what is detected, what is read, and that every byte comes back."""

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz_decode import check, make
from textclean.decode import decode, decode_text, detect
from textclean.decode.alignment import pieces, surplus
from textclean.decode.codes import transcribe
from textclean.decode.reading import EXACT, big5_codec, is_plain, read
from textclean.document import Piece, Source
from textclean.errors import InputError

SIMPLIFIED = (
    "临江县图书馆昨天重新开馆，读者排起长队。馆长介绍，新馆藏书十二万册，设有儿童阅览室和自习区，每周开放六天。"
    "“以后带孩子看书方便多了。”家住河东街道的王女士说。"
)
TRADITIONAL = (
    "臨江縣圖書館昨天重新開館，讀者排起長隊。館長介紹，新館藏書十二萬冊，設有兒童閱覽室和自習區，每週開放六天。"
    "「以後帶孩子看書方便多了。」家住河東街道的王女士說。"
)
CELLS = [
    ("utf-8", SIMPLIFIED),
    ("utf-8", TRADITIONAL),
    ("gb18030", SIMPLIFIED),
    ("gb18030", TRADITIONAL),
    ("big5hkscs", TRADITIONAL),
    ("utf-16-le", SIMPLIFIED),
    ("utf-16-be", TRADITIONAL),
    ("hz", SIMPLIFIED),
]
CODECS = [
    "ascii",
    "utf-8",
    "utf-16-le",
    "utf-16-be",
    "utf-32-le",
    "utf-32-be",
    "gb18030",
    "big5hkscs",
    "cp950",
    "hz",
    "cp932",
    "euc_jp",
    "cp949",
    "johab",
    "cp1252",
    "koi8-r",
    "iso2022_jp",
    "iso2022_kr",
    "utf-7",
]
PHRASE = "临江县图书馆昨天重新开馆，"


def with_bom(codec, text):
    boms = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    boms |= {"utf-32-le": codecs.BOM_UTF32_LE, "utf-32-be": codecs.BOM_UTF32_BE, "gb18030": b"\x84\x31\x95\x33"}
    return boms[codec] + text.encode(codec)


@pytest.mark.parametrize(("codec", "text"), CELLS)
@pytest.mark.parametrize("size", [8, 20, 60, 4000])
def test_every_chinese_encoding_is_detected_and_read(codec, text, size):
    text = (text * 60)[:size]
    raw = text.encode(codec)
    assert detect(raw).encoding == codec
    read_text, source = decode(raw)
    assert (read_text, source.encoding, source.patches) == (text, codec, ())


@pytest.mark.parametrize(("codec", "text"), [cell for cell in CELLS if cell[0] != "hz"])
@pytest.mark.parametrize("damage", ["bad byte", "cut at the end", "byte lost"])
def test_damage_does_not_change_the_detected_encoding(codec, text, damage):
    raw = bytearray((text * 4).encode(codec))
    if damage == "bad byte":
        raw[101] = 0xFF
    elif damage == "cut at the end":
        del raw[-1]
    elif not codec.startswith("utf-16"):
        del raw[101]
    assert detect(bytes(raw)).encoding == codec
    assert decode(bytes(raw))[1].encode(decode(bytes(raw))[0]) == bytes(raw)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "gb18030"])
def test_a_byte_order_mark_decides_and_stands_for_no_character(codec):
    raw = with_bom(codec, SIMPLIFIED)
    assert detect(raw)[:2] == (codec, 1.0)
    text, source = decode(raw)
    assert text == SIMPLIFIED
    assert [patch[:3] for patch in source.patches] == [(0, 0, 0)]
    assert source.encode(text) == raw


def test_utf_32_without_byte_order_mark_is_not_taken_for_utf_16():
    assert detect(SIMPLIFIED.encode("utf-32-le")).encoding == "utf-32-le"
    assert detect(SIMPLIFIED.encode("utf-32-be")).encoding == "utf-32-be"


@pytest.mark.parametrize("text", ["ok", "Hello, world", "plain text\r\n" * 40, "a ~ b ~~ c"])
def test_ascii_is_ascii(text):
    assert detect(text.encode()).encoding == "ascii"
    assert decode(text.encode())[0] == text


@pytest.mark.parametrize("text", ["café", "naïve", "a — b", "王·李", "Türkiye"])
def test_short_utf_8_is_utf_8(text):
    assert detect(text.encode()).encoding == "utf-8"


FOREIGN = [
    ("Die Verhandlungen über den Haushalt für München wurden gestern Abend fortgesetzt, größere Änderungen.", "cp1252"),
    ("Вчера в городе прошло заседание совета, на котором обсуждались вопросы развития промышленности.", "cp1251"),
    ("Вчера в городе прошло заседание совета, на котором обсуждались вопросы развития промышленности.", "koi8-r"),
    ("昨日、図書館で子どものための読み聞かせの会が開かれ、たくさんの親子が集まりました。", "shift_jis"),
    ("昨日、図書館で子どものための読み聞かせの会が開かれ、たくさんの親子が集まりました。", "euc_jp"),
    ("어제 도서관에서 어린이를 위한 책 읽기 모임이 열려 많은 가족이 함께했습니다.", "euc_kr"),
]


@pytest.mark.parametrize(("text", "codec"), FOREIGN)
def test_a_foreign_page_is_not_called_chinese_and_is_read(text, codec):
    found = detect(text.encode(codec))
    assert found.encoding not in {"gb18030", "big5hkscs", "hz", "utf-16-le", "utf-16-be"}
    assert decode(text.encode(codec))[0] == text


def test_a_wrong_hint_does_not_win():
    for hint in ("big5", "shift_jis", "latin-1", "no such thing", "base64", ""):
        assert detect(SIMPLIFIED.encode("gb18030"), hint).encoding == "gb18030"


def test_a_hint_decides_a_tie():
    raw = "差".encode("gb18030")  # 船 in Big5, and as frequent
    assert {detect(raw, "gb2312").encoding, detect(raw, "big5").encoding} == {"gb18030", "big5hkscs"}


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        (b"PK\x03\x04\x14\0\x06\0", "zip"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "Office"),
        (bytes(range(256)), "binary"),
        (b"\0" * 64, "binary"),
        (b"\x1b$)A\x0eVPND\x0f\n", "unsupported encoding iso-2022-cn"),
    ],
)
def test_what_is_not_text_is_refused_with_advice(raw, says):
    with pytest.raises(InputError, match=says) as refusal:
        decode(raw)
    assert "extract its text" in str(refusal.value) or "convert the file" in str(refusal.value)


def test_empty_bytes_are_an_empty_text():
    text, source = decode(b"")
    assert (text, source.spans, source.encode(text)) == ("", (), b"")


def test_contiguous_bad_bytes_share_a_patch_and_read_as_many_replacement_characters():
    raw = PHRASE.encode() * 4 + b"\xff\xfe\xff" + PHRASE.encode() + b"\xc0" + PHRASE.encode()
    text, source = decode(raw)
    assert text == PHRASE * 4 + "\ufffd" * 3 + PHRASE + "\ufffd" + PHRASE
    assert [patch.original for patch in source.patches] == [b"\xff\xfe\xff", b"\xc0"]
    assert [raw.index(patch.original) for patch in source.patches] == [patch.byte for patch in source.patches]
    assert source.encode(text) == raw


def test_a_real_replacement_character_has_no_patch():
    text, source = decode((PHRASE + "\ufffd" + PHRASE).encode())
    assert text.count("\ufffd") == 1
    assert not source.patches


def test_encoded_surrogates_are_bad_bytes_in_utf_8():
    raw = PHRASE.encode() * 4 + b"\xed\xa0\xbd\xed\xb8\x80" + PHRASE.encode()
    text, source = decode(raw)
    assert text.count("\ufffd") == 6
    assert source.encode(text) == raw


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_a_lone_surrogate_and_an_odd_tail_of_utf_16_are_kept_as_patches(codec):
    lone = "\ud83d".encode(codec, "surrogatepass")
    raw = PHRASE.encode(codec) * 3 + lone + PHRASE.encode(codec) + b"\x41"
    text, source = decode(raw)
    assert text == PHRASE * 3 + "\ufffd\ufffd" + PHRASE + "\ufffd"
    assert [patch.original for patch in source.patches] == [lone, b"\x41"]
    assert source.encode(text) == raw


def test_big5_codes_that_do_not_encode_to_themselves_are_kept_as_patches():
    around, twice = TRADITIONAL.encode("big5hkscs"), b"\xa2\xcc\xa2\xce"
    assert twice.decode("big5hkscs").encode("big5hkscs") != twice
    text, source = decode(around + twice + around)
    assert text == TRADITIONAL + twice.decode("big5hkscs") + TRADITIONAL
    assert [patch.original for patch in source.patches] == [twice]
    assert source.encode(text) == around + twice + around


def test_gb18030_codes_of_the_edition_of_2022_are_not_private_use():
    raw = PHRASE.encode("gb18030") + bytes.fromhex("a6d9 fe59 a8bc fe51 fea0") + PHRASE.encode("gb18030")
    text, source = decode(raw)
    assert text == PHRASE + "\ufe10\u9fb4\u1e3f\U00020087\u9fbb" + PHRASE
    assert source.encode(text) == raw


def test_byte_0x80_beside_a_number_is_the_euro_sign_of_windows():
    raw = (PHRASE + "售价").encode("gb18030") + b"\x8025" + "元。".encode("gb18030") + PHRASE.encode("gb18030")
    text, source = decode(raw)
    assert text == PHRASE + "售价€25元。" + PHRASE
    assert source.encode(text) == raw


def test_hz_that_is_not_written_canonically_is_kept():
    body = PHRASE.encode("hz").replace(b"~}", b"") + b"\nab~\ncd ~~ ~{VP~}~{ND~}\n"
    text, source = decode(body)
    assert text == PHRASE[:-1] + "，\nabcd ~ 中文\n"
    assert source.encode(text) == body


def test_a_lone_surrogate_of_a_string_is_kept_as_a_patch():
    text, source = decode_text("前\ud800\udc00后😀")
    assert text == "前\ufffd\ufffd后😀"
    assert source.encode(text) == "前\ud800\udc00后😀".encode("utf-8", "surrogatepass")


@given(st.text(st.characters(codec=None)))
@settings(deadline=None, max_examples=100)
def test_any_string_gives_its_utf_8_back(text):
    read_text, source = decode_text(text)
    assert source.encode(read_text) == text.encode("utf-8", "surrogatepass")
    read_text.encode()


def comes_back(raw, hint=None):
    try:
        text, source = decode(raw, hint)
    except InputError:
        return
    assert source.encode(text) == raw
    text.encode()
    assert all(0 <= patch.start <= patch.end <= len(text) for patch in source.patches)
    assert all(raw.startswith(patch.original, patch.byte) for patch in source.patches)


@given(st.binary(max_size=400))
@settings(deadline=None, max_examples=300)
def test_any_bytes_come_back_or_are_refused(raw):
    comes_back(raw)


CHARS = st.one_of(
    st.sampled_from("的一是在不了有和人这中大为上个国我以要他，。、“”\n\r ~{}1aZ\u3000"), st.characters(codec="utf-8")
)
DAMAGE = st.tuples(st.sampled_from(["flip", "delete", "insert", "cut"]), st.integers(0, 10**6), st.integers(0, 255))


@given(st.text(CHARS, min_size=1, max_size=200), st.sampled_from(CODECS), st.lists(DAMAGE, max_size=4), st.booleans())
@settings(deadline=None, max_examples=400)
def test_damaged_text_in_any_encoding_comes_back(text, codec, damages, hinted):
    raw = bytearray(text.encode(codec, "ignore"))
    for kind, place, byte in damages:
        if not raw:
            break
        at = place % len(raw)
        if kind == "flip":
            raw[at] = byte
        elif kind == "insert":
            raw.insert(at, byte)
        elif kind == "delete":
            del raw[at]
        else:
            del raw[at:]
    comes_back(bytes(raw), codec if hinted else None)


@given(st.binary(max_size=120), st.sampled_from(CODECS))
@settings(deadline=None, max_examples=600)
def test_reading_as_any_codec_can_be_undone(raw, codec):
    text, patches = read(raw, codec)
    assert Source((Piece(0, 0, codec),), tuple(patches), "").encode_unchecked(text) == raw
    text.encode()


def test_every_two_byte_code_that_gb18030_reads_it_writes_back():
    assert "gb18030" in EXACT
    trails = [*range(0x40, 0x7F), *range(0x80, 0xFF)]
    for code in (bytes((lead, trail)) for lead in range(0x81, 0xFF) for trail in trails):
        try:
            char = code.decode("gb18030")
        except UnicodeDecodeError:
            continue
        assert char.encode("gb18030") == code


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "big5hkscs", "hz"])
def test_a_large_damaged_file_is_read_in_one_pass_and_comes_back(codec):
    raw = (PHRASE.encode(codec, "ignore") + b"\xff") * 20_000
    text, patches = read(raw, codec)
    assert len(patches) == 20_000
    assert Source((Piece(0, 0, codec),), tuple(patches), "").encode_unchecked(text) == raw


TWO_BYTES = [cell for cell in CELLS if cell[0] not in {"utf-8", "hz"}]


def kept(text, read_text):
    """How many characters of ``text`` stand in ``read_text``, in order, before and after what was lost."""
    before = next((i for i, (a, b) in enumerate(zip(text, read_text, strict=False)) if a != b), len(read_text))
    after = next((i for i, (a, b) in enumerate(zip(text[::-1], read_text[::-1], strict=False)) if a != b), 0)
    return before + after


@pytest.mark.parametrize(("codec", "text"), TWO_BYTES)
@pytest.mark.parametrize("at", [0, 1, 2, 31, 50, 77])
def test_after_a_lost_byte_all_is_read_from_the_right_place_again(codec, text, at):
    raw = text.encode(codec)
    damaged = raw[:at] + raw[at + 1 :]
    read_text, source = decode(damaged)
    assert source.encoding == codec
    assert kept(text, read_text) >= len(text) - 3
    assert source.encode(read_text) == damaged


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_long_utf_16_is_read_on_after_each_lost_byte(codec):
    text = SIMPLIFIED * 400
    raw = bytearray(text.encode(codec))
    for at in (30_001, 20_000, 16_384, 101):
        del raw[at]
    read_text, source = decode(bytes(raw))
    assert read_text.count("\ufffd") <= 8
    assert len(text) - 8 <= len(read_text) <= len(text) + 4
    assert read_text[-10_000:] == text[-10_000:]
    assert source.encode(read_text) == bytes(raw)


def test_utf_16_of_other_languages_is_not_read_from_other_places():
    text = "Вчера в городе прошло заседание совета. " * 50 + "어제 도서관에서 책 읽기 모임이 열려. " * 50
    raw = b"\xff\xfe" + text.encode("utf-16-le")
    assert decode(raw)[0] == text


@pytest.mark.parametrize("lost", [b"~", b"{", b"}"])
@pytest.mark.parametrize("which", [0, -1])
def test_hz_is_read_though_a_marker_is_half_lost(lost, which):
    parts = ["馆长介绍", " 2024 ", "新馆藏书很多", " 12 ", "每周开放六天"]
    raw = "".join(parts).encode("hz")
    at = raw.find(lost) if which == 0 else raw.rfind(lost)
    damaged = raw[:at] + raw[at + 1 :]
    text, source = decode(damaged)
    assert source.encoding == "hz"
    assert all(part in text for part in parts if len(part) > 3 or part.strip().isdecimal())
    assert source.encode(text) == damaged


def test_hz_is_read_though_a_byte_between_the_markers_is_lost():
    raw = (PHRASE * 2).encode("hz")
    damaged = raw[:11] + raw[12:]
    text, source = decode(damaged)
    assert source.encoding == "hz"
    assert kept(PHRASE * 2, text) >= len(PHRASE) * 2 - 2
    assert source.encode(text) == damaged


@pytest.mark.parametrize("text", ["if (~{a}) { b = ~{c}; }", "x~}y~{z", "echo ~{bin,lib} ~~", "sed 's/~{.*~}//'"])
def test_program_text_with_the_markers_of_hz_is_ascii(text):
    assert detect(text.encode()).encoding == "ascii"
    assert decode(text.encode())[0] == text


@pytest.mark.parametrize(("codec", "text"), [cell for cell in CELLS if not cell[0].startswith("utf-16")])
def test_a_stray_zero_byte_is_damage_and_no_sign_of_binary(codec, text):
    raw = (text + "\n").encode(codec)
    read_text, source = decode(raw * 2 + b"\0\n" + raw)
    assert source.encoding == codec
    assert read_text.replace("\0\n", "") == (text + "\n") * 3


def test_detect_tells_each_run_of_bad_bytes():
    half = SIMPLIFIED.encode("gb18030") + b" "
    found = detect(half + b"\xff\xff" + half + b"\xff")
    assert found.encoding == "gb18030"
    assert found.bad == ((len(half), b"\xff\xff"), (2 * len(half) + 2, b"\xff"))
    assert detect(half).bad == ()


def test_detect_tells_what_came_second_and_by_how_much():
    assert "nats before big5hkscs" in detect(SIMPLIFIED.encode("gb18030")).why
    assert detect(SIMPLIFIED.encode()).why == "strict UTF-8"


def test_few_different_characters_are_weak_evidence():
    assert detect("——————————".encode("gb18030")).confidence < 0.7 < detect(SIMPLIFIED.encode("gb18030")).confidence


@pytest.mark.parametrize("text", [sentence for sentence, codec in FOREIGN if codec in {"koi8-r", "euc_jp", "euc_kr"}])
def test_damaged_utf_8_of_other_languages_is_utf_8(text):
    half = text[:15].encode()
    found = detect(half + b"\xff" + text[15:].encode())
    assert (found.encoding, found.bad) == ("utf-8", ((len(half), b"\xff"),))


@pytest.mark.parametrize(("codec", "text"), CELLS)
@pytest.mark.parametrize(
    "hint", ["gb2312", "big5", "utf-8", "utf-16", "hz", "koi8-r", "idna", "unicode_escape", "euc_jp", "x-unknown"]
)
def test_no_hint_makes_a_clear_text_another(codec, text, hint):
    assert detect(text.encode(codec), hint).encoding == codec


EUC_TW = bytes.fromhex(
    "f5a7c8c0f1ece8b7d5f3f3a8d1d4c5b2d3ece4bbe2e4f3a8a1a2fbf4cfafdaead8c4cfdbe2e9a1a4"
    "f3a8cfdbc4f5dcd5a1a2e4bbf3a8f7afd5f3c4b2c4a8e5dcc5f5a1a4"
)


def test_euc_tw_is_named_and_refused():
    assert detect(EUC_TW).encoding == "euc-tw"
    with pytest.raises(InputError, match=r"unsupported encoding euc-tw .*convert the file to UTF-8"):
        decode(EUC_TW)


NAMES = "作家馬克‧吐溫與友人於下午二～四時抵達車站，說「門票〈全票〉一百元」。"


def test_signs_of_code_page_950_tell_it_from_hkscs():
    raw = NAMES.encode("cp950")
    assert raw.decode("big5hkscs") != NAMES
    assert detect(raw).encoding == "cp950"
    text, source = decode(raw)
    assert (text, source.patches, source.encode(text)) == (NAMES, (), raw)
    priced = (NAMES + "€").encode("cp950")
    assert decode(priced)[0] == NAMES + "€"


@pytest.mark.parametrize("more", ["佢喺屋企瞓覺，啲細路嚟咗。", "①②③", "あいう"])
def test_signs_of_code_page_950_beside_codes_of_hkscs_are_read_under_a_patch(more):
    raw = NAMES.encode("cp950") + more.encode("big5hkscs")
    text, source = decode(raw)
    assert (text, source.encoding) == (NAMES + more, "big5hkscs")
    assert [patch.original for patch in source.patches] == [b"\xa1\x45", b"\xa1\xe3"]
    assert source.encode(text) == raw


def test_codes_that_code_page_950_has_elsewhere_speak_against_it():
    names = NAMES.encode("cp950")
    codes = [bytes((lead, trail)) for lead in (0xC6, 0xC7) for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF))]
    for code in codes:
        if code.decode("cp950", "ignore") not in {"", code.decode("big5hkscs", "ignore")}:
            assert big5_codec(names + code) == "big5hkscs"
    assert big5_codec(names) == "cp950"


@pytest.mark.parametrize("codec", ["gb18030", "big5hkscs"])
def test_what_is_called_plain_gives_its_bytes_back(codec):
    for lead in range(0x81, 0xFF):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFF)):
            raw = bytes((lead, trail))
            found = transcribe(raw, codec)
            if is_plain(raw, codec, found):
                assert (found[0].encode(codec), read(raw, codec)) == (raw, (found[0], []))


@given(st.lists(st.floats(-30, -1), min_size=0, max_size=9), st.data())
@settings(deadline=None)
def test_the_bytes_left_out_make_the_best_reading(pairs, data):
    singles = data.draw(st.lists(st.sampled_from([0.0, -4.0]), min_size=len(pairs) + 1, max_size=len(pairs) + 1))

    def best(at):  # by brute force
        if at >= len(singles):
            return 0.0
        alone = (singles[at] or -15.0) + best(at + 1)
        return max(alone, pairs[at] + best(at + 2)) if at < len(pairs) else alone

    def reading(at, left_out):
        if at >= len(singles):
            return 0.0
        if at in left_out:
            return -15.0 + reading(at + 1, left_out)
        alone = singles[at] + reading(at + 1, left_out) if singles[at] else -1e9
        pair = pairs[at] + reading(at + 2, left_out) if at < len(pairs) and at + 1 not in left_out else -1e9
        return max(alone, pair)

    left_out = surplus(pairs, singles)
    assert left_out == sorted(set(left_out))
    assert reading(0, set(left_out)) == pytest.approx(best(0))


@given(st.binary(min_size=1, max_size=20), st.data())
def test_pieces_are_all_of_the_bytes(raw, data):
    left_out = sorted(data.draw(st.sets(st.integers(0, len(raw) - 1))))
    parts = pieces(raw, left_out)
    assert b"".join(part for part, _ in parts) == raw
    assert [len(part) for part, alone in parts if alone] == [1] * len(left_out)


@pytest.mark.parametrize("block", range(4))
def test_odd_inputs_become_documents_that_give_them_back(block):
    for number in range(block * 400, (block + 1) * 400):
        check(*make(7, number))


@pytest.mark.slow
def test_many_odd_inputs_become_documents_that_give_them_back():
    for number in range(50_000):
        check(*make(8, number))


@pytest.mark.parametrize(
    ("text", "codec"), [("Le marché a rouvert ses portes à l'été. ", "cp1252"), ("Рынок снова открыт. ", "cp1251")]
)
def test_foreign_text_behind_styles_is_read_as_without_them(text: str, codec: str) -> None:
    styles = b".menu { color: #333; margin: 0 auto }\n" * 1000
    for raw in (text.encode(codec) * 40, styles + text.encode(codec) * 40):
        assert decode(raw)[0].endswith(text * 40)


PADDED = {
    "gb18030": "青溪县图书馆昨天重新开馆，读者排起长队。",
    "big5hkscs": "青溪縣圖書館昨天重新開館，讀者排起長隊。",
    "utf-8": "青溪县图书馆昨天重新开馆，读者排起长队。",
    "utf-16-le": "青溪县图书馆2024年重新开馆，读者排起长队。",
    "ascii": "The library has opened again.",
}


@pytest.mark.parametrize("codec", PADDED)
@pytest.mark.parametrize("size", [2, 4, 8, 100, 3000])
@pytest.mark.parametrize("lines", [1, 40])
def test_runs_of_zero_bytes_are_padding(codec: str, size: int, lines: int) -> None:
    text = "\n".join([PADDED[codec]] * lines)
    nul = "\0".encode(codec)
    padded = [text.encode(codec) + size * nul, (size * nul + "\n".encode(codec)).join([text.encode(codec)] * 2)]
    for raw in (*padded, *([] if codec.startswith("utf-16") else [size * nul + text.encode(codec)])):
        read, source = decode(raw)
        assert set(read.replace("\0", "").split("\n")) == {PADDED[codec]}
        assert source.encode(read) == raw


def test_zero_bytes_among_two_byte_characters_are_no_utf16() -> None:
    raw = bytearray(PADDED["gb18030"].encode("gb18030"))
    for at in (24, 8, 4):
        raw.insert(at, 0)
    text, source = decode(bytes(raw))
    assert text.replace("\0", "") == PADDED["gb18030"]
    assert source.encode(text) == raw


def test_an_archive_is_no_padded_text() -> None:
    import io
    import tarfile

    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(entry := tarfile.TarInfo("a.txt"), io.BytesIO(b""))
        entry.size = 60
        archive.addfile(entry, io.BytesIO(PADDED["gb18030"].encode("gb18030") * 2))
    with pytest.raises(InputError, match="tar archive"):
        decode(file.getvalue())


@pytest.mark.parametrize("size", [2, 3, 4, 6])
def test_what_chardet_calls_utf16_must_look_like_text(size: int) -> None:
    korean = "어제 강가에 작은 공원이 문을 열어 아이들이 하루 종일 뛰어놀았다.".encode("cp949")
    assert not (detect(korean + bytes(size)).encoding or "").startswith("utf-16")


@pytest.mark.parametrize("count", [1, 2, 6])
def test_a3a0_is_an_ideographic_space(count: int) -> None:
    raw = b"".join(count * b"\xa3\xa0" + line.encode("gb18030") for line in (PHRASE + "\n", PHRASE + "\n", PHRASE))
    text, source = decode(raw)
    assert text == "\n".join([count * "\u3000" + PHRASE] * 3)
    assert source.encode(text) == raw


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("青溪县图书馆引进ABC三种读物，读者反映很好。", 8),
        ("本次展会有IBM公司参加，并展出Watson系统。", 3),
        ("新馆启用RFID系统，借书更快。", 0),
        ("本次展会有IBM公司参加，并展出Watson系统。", 21),
    ],
)
def test_a_byte_lost_before_a_latin_letter_garbles_nothing_else(text: str, lost: int) -> None:
    raw = text.encode("gb18030")
    raw = raw[:lost] + raw[lost + 1 :]
    read, source = decode(raw)
    at = len(text.encode("gb18030")[:lost].decode("gb18030", "ignore"))
    assert read == text[:at] + "\ufffd" + text[at + 1 :]
    assert source.encode(read) == raw


@pytest.mark.parametrize("text", ["朱镕与陈喆、赵堃三人到场，", "記者張燁、陳焜報道：", "李赟A组第一，王珺B组第二"])
def test_rare_characters_in_names_stay_whatever_their_second_byte_is(text: str) -> None:
    raw = (text * 2).encode("gb18030")
    assert decode(raw)[0] == text * 2


@pytest.mark.parametrize("text", ["冇嘢", "佢哋喺邊", "早晨，食咗飯未呀", "瞓乜嘢冇嘢", "攞嚟㗎"])
def test_a_few_characters_of_cantonese_in_big5_are_not_cyrillic(text: str) -> None:
    assert decode(text.encode("big5hkscs"))[0] == text
