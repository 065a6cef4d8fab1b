/* What the other files compute, for _bindings.c and for one another: buffers in, buffers out, nothing of Python. Functions
 * that can run out of memory return -1 if they do, else 0. */
#ifndef TEXTCLEAN_KERNEL_H
#define TEXTCLEAN_KERNEL_H
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12 \
    && !defined(PLAIN)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

#define GRAMS 32 /* grams of a text taken together */
#define MIX 0x9E3779B97F4A7C15u
#define ASKS 8   /* fingerprints, about, by which a text asks for its containers */
#define NEEDS 32 /* above so many it needs no more hits */
#define BITS 10  /* of keys that say their part, at most */
#ifndef WHOLE
#define WHOLE 16384 /* keys that are few enough to be looked up without being sorted first */
#endif
#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address)
#define INLINED __attribute__((always_inline)) inline /* early, so that the compiler knows what arguments are constants */
#else
#define PREFETCH(address) ((void)0)
#define INLINED inline
#endif

/* Memory for a large table: in large pages where there are such, for it is read all over. */
void *reserve(size_t size);

static inline uint64_t mixed(uint64_t h, uint64_t word) { h = (h ^ word) * MIX; return h ^ h >> 32; }

/* Places for so many entries, a power of two; a quarter and more stay free. */
static inline uint64_t table_size(int64_t entries)
{
    uint64_t size = 16;
    while (size < (uint64_t)entries + (uint64_t)entries / 3) size *= 2;
    return size;
}

/* Texts where they lie: text i has offsets[i + 1] - offsets[i] code points of width[i] bytes (1, 2 or 4) from at[i] on. Equal
 * texts have equal widths. */
typedef struct { const char **at; uint8_t *width; const int64_t *offsets; int64_t texts; } Texts;

static inline int64_t length_of(const Texts *of, int64_t text) { return of->offsets[text + 1] - of->offsets[text]; }

static inline int64_t grams_in(int64_t length, int64_t n) { return length >= n ? length - n + 1 : length > 0; }

/* Fetches so many cache lines of a text: it is read before the processor has seen where it goes on. */
static inline void fetch_text(const Texts *of, int64_t index, const int lines)
{
    for (int line = 0; line < lines; line++) PREFETCH(of->at[index] + 64 * line);
}

/* A text that was read. A gram has two hashes of 16 bits, so that they fill half the lanes that one of 32 would. */
typedef struct { uint16_t *codes, *first, *second; int64_t length, grams; } Text;

/* Room for texts of up to so many characters, and for what is read behind them; codes is to be freed. */
int make_text(Text *text, int64_t longest);
void read_text(const Texts *of, int64_t index, int64_t n, Text *text);
/* Both hashes of each gram as one. There must be room for up to GRAMS more. */
void join_hashes(const Text *text, uint32_t *restrict out);

typedef struct { uint32_t start, count; } Bucket; /* its members */
typedef struct { uint32_t start, count; } Head; /* of the first key of a bucket; of a later one the first one's place, and 0 */
typedef struct {
    const uint64_t *keys; /* in parts, each in its former order */
    uint64_t *sorted;     /* room for them; NULL: they are few, and one part as they are */
    uint32_t ends[1 << BITS];
    int bits; /* of a key that say its part */
    Head *heads;
    Bucket *buckets;
    uint32_t *again, *members, *before, *last;
} Groups;
/* Room for so many keys; in parts also where they are few enough for one. */
int make_groups(Groups *of, int64_t keys, int in_parts);
void free_groups(Groups *of);
/* From the sizes of the parts to their beginnings; makes room for work on the largest. */
int lay_out(Groups *of);
/* Sorts keys into parts by their first bits. */
int sort_keys(Groups *of, const uint64_t *keys, int64_t count);
/* Buckets of two and more keys of a part that are equal but for their low bits; these are the members, in order. */
int64_t find_buckets(Groups *of, int part, int low);

/* A set of pairs of indices, the left one in the upper half. No pair is (0, 0), so 0 is a free place. */
typedef struct { uint64_t *places; uint64_t mask; int64_t count; } Pairs;
int add_pair(Pairs *set, uint64_t pair);

typedef struct {
    int64_t n, slots, beyond; /* beyond: characters above which a text has a wide signature, too */
    int64_t *first;           /* the first equal text of each: only those of n characters are sketched; NULL: all texts are */
    int64_t *index;           /* the texts that are sketched, a row each */
    uint16_t *narrow;
    uint32_t *wide, *prints; /* prints: room for one a gram, or NULL */
    int64_t *bounds;         /* where the prints of each row begin */
    int64_t rows, long_rows;
} Sketch;
int sketch_all(const Texts *of, Sketch *to);

typedef struct {
    const void *signature; /* rows of slots */
    const int64_t *index;  /* the row of each of count texts, the residents first; NULL: one after the other */
    int width;
    int64_t count, residents, slots, bands, rows, window, room, least;
    const uint8_t *apart; /* two texts with a 1 do not meet; NULL: all do */
    uint8_t *crowded;
} Meeting;
/* Pairs that agree in a band and in enough slots. */
int meet_all(const Meeting *of, Pairs *found);

typedef struct {
    const uint32_t *prints;
    const int64_t *bounds, *order, *need; /* need: hits that a piece that asks so often must have */
    int64_t texts, window, room;
    uint8_t *crowded; /* by rank, the place of a text in order */
} Holding;
/* Pairs of ranks, the container first. */
int hold_all(const Holding *of, Pairs *found);

/* What a pair must reach: in Jaccard similarity, or in what the shorter text shares of its grams (if equally long, the right one). */
typedef struct { double jaccard, contained; } Limits;
/* Of each of count pairs of texts: distinct grams shared, of the left and of the right one; 0 if it reaches neither limit. */
int count_pairs(const Texts *of, const int64_t *pairs, int64_t count, int64_t n, const Limits *least, int64_t *counts);

#endif
