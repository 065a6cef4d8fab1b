/* The encodings of Chinese text, read by tables: for _codes.c, which is the Python side, and for the other files. Buffers
 * in, buffers out, nothing of Python.
 *
 * The tables are made of what the interpreter's codecs read (codes.py), so the same is read here. An entry holds a
 * character in its low 21 bits and flags above them, or two characters and PAIR; 0 is no code. */
#ifndef TEXTCLEAN_CODES_H
#define TEXTCLEAN_CODES_H
#include <stddef.h>
#include <stdint.h>

#define PAIR 0x80000000u /* the first character in bits 0 to 10, the second in bits 11 to 20 */
#define FOREIGN 0x01000000u
#define TWICE 0x08000000u
#define UTF8_SIGNS 0x10000000u
#define POINT 0x1fffffu
#define SHORT_POINT 0x3ffffu /* of a code of two bytes, none of which is beyond the table of costs */
#define REPLACED 0xfffd
#define UNITS 1280        /* of a cost to a nat */
#define LAST_COST 0x40000 /* one cost for all characters from here on */
enum { LEADS = 0x8000, FOURS = 39420 };
enum { ASCII, UTF8, GB18030, BIG5, NARROW, UTF16LE = NARROW, UTF16BE, ENCODINGS };

typedef struct { const uint32_t *two, *four; } Codes; /* four is NULL where there are none */
typedef struct { Codes of[NARROW]; const uint16_t *costs; } Tables;

/* Reads the code of `lead` >= 0x80 at `raw`, of which `left` bytes are there: how many it takes. 0: it goes on behind
 * the end. A byte that begins no code is entry 0. */
static inline size_t next(const uint8_t *raw, size_t left, const Codes *codes, uint32_t *entry)
{
    *entry = 0;
    if (left < 2) return 0;
    if (codes->four && raw[1] >= '0' && raw[1] <= '9') {
        if (left < 4) return 0;
        if (raw[0] < 0x81 || raw[2] < 0x81 || raw[2] > 0xfe || raw[3] < '0' || raw[3] > '9') return 1;
        uint32_t place = (((raw[0] - 0x81u) * 10 + raw[1] - '0') * 126 + raw[2] - 0x81u) * 10 + raw[3] - '0';
        if (raw[0] < 0x85) *entry = place < FOURS ? codes->four[place] : 0;
        else if (raw[0] >= 0x90 && place - 189000 < 0x100000) *entry = place - 189000 + 0x10000;
        return *entry ? 4 : 1;
    }
    *entry = codes->two[(raw[0] & 0x7fu) << 8 | raw[1]];
    if (*entry) return 2; /* a branch: what follows need not wait for the table */
    return 1;
}

/* The same of UTF-8: a bad or cut character is one entry 0, as many bytes as might have begun one. */
static inline size_t next_utf8(const uint8_t *raw, size_t left, uint32_t *entry)
{
    uint8_t lead = raw[0], low = 0x80, high = 0xbf;
    size_t size = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
    uint32_t point = size == 2 ? lead & 0x1f : size == 3 ? lead & 0x0f : lead & 0x07;
    *entry = 0;
    if (size == 1) return 1;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
    for (size_t i = 1; i < size; i++, low = 0x80, high = 0xbf) {
        if (i == left || raw[i] < low || raw[i] > high) return i;
        point = point << 6 | (raw[i] & 0x3f);
    }
    *entry = point;
    return size;
}

/* Where bad bytes are. */
typedef struct { int64_t character, byte, size; } Place;
/* What was read; room for a character a byte is there from the beginning. */
typedef struct { uint32_t *text; Place *places; size_t length, count, room; uint32_t flags; } Text;

/* All of `raw`, each bad byte as U+FFFD. Where `alone`, an ASCII character from @ to ~ that stands between two others is noted
 * too. 0: no memory. */
int read_codes(const uint8_t *raw, size_t size, const Codes *codes, int alone, Text *found);
int read_utf8(const uint8_t *raw, size_t size, Text *found);

/* Characters that look like UTF-8 (what their second bytes may be is not asked): how many, of how many bytes, how many of
 * three; the bytes above 0x7f, and of them those that go on with a character. */
typedef struct { int64_t count, taken, threes, high, rest; } Look;
Look looked(const uint8_t *raw, size_t size);

/* What detection looks at first; see glance() of detection.py. */
typedef struct { int few_zeros, marked, ascii, utf16; size_t cut, start; Look look; } Form;
Form formed(const uint8_t *raw, size_t size);

/* Whether more than one in fifty high bytes of this UTF-16 is none of Chinese text. */
int strange_high_bytes(const uint8_t *raw, size_t size, int big);

/* What the characters of a piece cost: all, and those that are not ASCII. A U+FFFD at the end is left out: the piece is
 * taken to end in mid-character. */
typedef struct { int64_t cost, wide_cost, wide, replaced, cut; } Weight;

/* Without codes `raw` is UTF-8. */
Weight weighed(const uint8_t *raw, size_t size, const Codes *codes, const uint16_t *costs);

/* The likeliest of the encodings whose bits are in `tried`, at least two; see rank() of ranking.py. */
typedef struct { int best, second; double gap, average; int64_t telling; size_t start, stop; } Ranked;
Ranked ranked(const uint8_t *raw, size_t size, size_t start, unsigned tried, const double *favoured,
              const Tables *tables);

/* The encodings of lines, a byte each; see judge() of lines.py. How many lines. All that `own` cannot read and, in GB18030,
 * all foreign letters stand from byte `first` to before `last`. */
size_t judged(const uint8_t *raw, size_t size, int own, size_t first, size_t last, const Tables *tables, uint8_t *lines);

/* The bytes to leave out, from the last on; see surplus() of alignment.py. Without codes `raw` is UTF-16. How many. `paired`
 * and `places` have room for all. */
size_t surplus(const uint8_t *raw, size_t size, const Codes *codes, int big, const uint16_t *costs, uint8_t *paired,
               int64_t *places);

/* What reads clearly likelier before the bad bytes at `place` if a byte was lost; see shifted() of alignment.py. What stands
 * between `behind` and `place` can be read. 1: so many characters and bytes, with the bad ones, and the places among them to
 * leave out, from the last on. 0: nothing. ASK: what the tables do not say. -1: no memory. `left_out` is to be freed. */
enum { ASK = 2 };
typedef struct { int64_t characters, bytes, *left_out; size_t count; } Shifted;
int shifted(const uint8_t *raw, size_t behind, size_t place, size_t size, const Codes *codes, const uint16_t *costs,
            Shifted *found);

static inline int64_t cost_of(uint32_t point, const uint16_t *costs)
{
    return costs[point < LAST_COST ? point : LAST_COST];
}

#endif
