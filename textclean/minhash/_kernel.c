/* The steps of textclean.minhash that touch characters, over plain buffers: what the NumPy functions do, bit for bit.
 *
 * No state is kept between calls, and all work but the reading of strings runs without the interpreter lock. The
 * loops are written so that the compiler vectorises them; where it can, several versions are built of the hottest
 * and the best one for the machine is picked at load time. Code points come as uint16 or uint32 ("width" is 2 or 4).
 */
#define _DEFAULT_SOURCE /* for madvise */
#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12 \
    && !defined(PLAIN)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)0)
#endif

#ifdef __linux__
#include <sys/mman.h>
#endif

#define BASE 0x9E3779B1u
#define MIX 0x9E3779B97F4A7C15u
#define TILE 64    /* slots of a signature computed together: what fits in registers */
#define GRAMS 16   /* grams of a text taken together */
#define AHEAD 16   /* table places fetched in advance */
#define TOGETHER 4 /* bands whose keys are made in one walk through the signatures */
#define PROBES 8   /* fingerprints by which a text is looked up */
#define WINDOW 8   /* grams a window of winnowing */

/* Memory for a large table: in large pages where there are such, for it is read all over. */
static void *reserve(size_t size)
{
    char *room = malloc(size);
#ifdef MADV_HUGEPAGE
    size_t skip = (size_t)(-(uintptr_t)room & 4095);
    if (room && size >= (size_t)4 << 20) (void)madvise(room + skip, size - skip, MADV_HUGEPAGE);
#endif
    return room;
}

typedef struct { const void *codes; int width; const int64_t *offsets; int64_t texts; } Codes;
typedef struct { uint32_t tag, id; } Place; /* of a hash table: id 0 is free, otherwise index + 1 */

/* ---------------------------------------------------------------- grams */

static int64_t length_of(const Codes *of, int64_t text) { return of->offsets[text + 1] - of->offsets[text]; }

static int64_t grams_in(int64_t length, int64_t n) { return length >= n ? length - n + 1 : length > 0; }

CLONES static void widen(const Codes *of, int64_t text, uint32_t *restrict out)
{
    int64_t length = length_of(of, text);
    if (of->width == 2) {
        const uint16_t *from = (const uint16_t *)of->codes + of->offsets[text];
        for (int64_t i = 0; i < length; i++) out[i] = from[i];
    } else if (length) {
        memcpy(out, (const uint32_t *)of->codes + of->offsets[text], (size_t)length * 4);
    }
}

/* Code points in 2 bytes; all of them or'ed together. */
CLONES static uint32_t narrow(const uint32_t *restrict from, int64_t length, uint16_t *restrict out)
{
    uint32_t any = 0;
    for (int64_t i = 0; i < length; i++) {
        any |= from[i];
        out[i] = (uint16_t)from[i];
    }
    return any;
}

static inline uint32_t scramble(uint32_t h)
{
    h = (h ^ h >> 16) * 0x85EBCA6Bu;
    h = (h ^ h >> 13) * 0xC2B2AE35u;
    return h ^ h >> 16;
}

static inline uint32_t hash_gram(const uint32_t *codes, int64_t size)
{
    uint32_t h = (uint32_t)size;
    for (int64_t j = 0; j < size; j++) h = h * BASE + codes[j];
    return scramble(h);
}

/* The hash of each n-gram of a text: a polynomial in BASE, scrambled. The usual size is known to the compiler. */
CLONES static void hash_grams(const uint32_t *restrict codes, int64_t length, int64_t n, uint32_t *restrict out)
{
    int64_t size = length < n ? length : n, count = grams_in(length, n);
    if (size == 5) for (int64_t i = 0; i < count; i++) out[i] = hash_gram(codes + i, 5);
    else for (int64_t i = 0; i < count; i++) out[i] = hash_gram(codes + i, size);
}

/* ---------------------------------------------------------------- signatures */

static inline void halve(const uint16_t *restrict from, uint16_t *restrict to, int count)
{
    for (int i = 0; i < count; i++) to[i] = from[2 * i + 1] < from[2 * i] ? from[2 * i + 1] : from[2 * i];
}

/* Minima of 16 bits. Lanes stand for two slots of 16 grams each, so that a step to the next two slots is an addition;
 * the grams that a text lacks for full lanes are its first one again. There is room for them behind the hashes, and for
 * four entries a gram in lanes. */
CLONES static void minima16(uint32_t *restrict hashes, int64_t count, int64_t slots, uint16_t *restrict lanes,
                            uint16_t *restrict out)
{
    int64_t blocks = (count + 2 * GRAMS - 1) / (2 * GRAMS) * 2;
    for (int64_t i = count; i < blocks * GRAMS; i++) hashes[i] = hashes[0];
    for (int64_t at = 0; at < slots; at += TILE) {
        uint16_t least[TILE * GRAMS], folded[TILE * GRAMS / 2];
        for (int i = 0; i < TILE * GRAMS; i++) least[i] = UINT16_MAX;
        for (int64_t block = 0; block < blocks; block++) {
            uint16_t *restrict value = lanes + block * 4 * GRAMS;
#pragma GCC unroll 1
            for (int i = 0; i < GRAMS; i++) {
                uint32_t hash = hashes[block * GRAMS + i];
                uint16_t second = (uint16_t)(hash >> 16 | 1), first = (uint16_t)(hash + (uint32_t)at * second);
                value[i] = first;
                value[GRAMS + i] = (uint16_t)(first + second);
                value[2 * GRAMS + i] = value[3 * GRAMS + i] = (uint16_t)(2 * second);
            }
        }
        for (int64_t block = 0; block < blocks; block += 2) {
            uint16_t *restrict value = lanes + block * 4 * GRAMS;
            for (int slot = 0; slot < TILE; slot += 16) {
                uint16_t *restrict here = least + slot * GRAMS;
                for (int i = 0; i < 2 * GRAMS; i++) {
                    uint16_t now = value[i], other = value[4 * GRAMS + i];
#pragma GCC unroll 8
                    for (int step = 0; step < 8; step++) {
                        uint16_t *lane = here + step * 2 * GRAMS + i, less = other < now ? other : now;
                        *lane = less < *lane ? less : *lane;
                        now = (uint16_t)(now + value[2 * GRAMS + i]);
                        other = (uint16_t)(other + value[6 * GRAMS + i]);
                    }
                    value[i] = now;
                    value[4 * GRAMS + i] = other;
                }
            }
        }
        halve(least, folded, TILE * GRAMS / 2);
        halve(folded, least, TILE * GRAMS / 4);
        halve(least, folded, TILE * GRAMS / 8);
        halve(folded, least, TILE * GRAMS / 16);
        memcpy(out + at, least, sizeof *out * (size_t)(slots - at < TILE ? slots - at : TILE));
    }
}

CLONES static void minima32(const uint32_t *restrict hashes, int64_t count, int64_t slots, uint32_t *restrict out)
{
    for (int64_t at = 0; at < slots; at += TILE) {
        uint32_t least[TILE];
        for (int k = 0; k < TILE; k++) least[k] = UINT32_MAX;
        for (int64_t i = 0; i < count; i++) {
            uint32_t second = scramble(hashes[i] + 0x9E3779B9u) | 1, first = hashes[i] + (uint32_t)at * second;
            for (int k = 0; k < TILE; k++) {
                uint32_t value = first + (uint32_t)k * second;
                least[k] = value < least[k] ? value : least[k];
            }
        }
        memcpy(out + at, least, sizeof *out * (size_t)(slots - at < TILE ? slots - at : TILE));
    }
}

/* Smallest hashes of all windows of WINDOW grams, in order, runs of the same one once. Overwrites the hashes. */
CLONES static int64_t winnow(uint32_t *restrict hashes, int64_t count, uint32_t *restrict out)
{
    int64_t windows = count, found = 0;
    if (count < WINDOW) {
        for (int64_t i = 1; i < count; i++) hashes[0] = hashes[i] < hashes[0] ? hashes[i] : hashes[0];
        windows = count > 0;
    } else {
        for (int64_t reach = 1; reach < WINDOW; reach *= 2) {
            windows -= reach;
            for (int64_t i = 0; i < windows; i++)
                hashes[i] = hashes[i + reach] < hashes[i] ? hashes[i + reach] : hashes[i];
        }
    }
    for (int64_t i = 0; i < windows; i++) {
        out[found] = hashes[i];
        found += i + 1 == windows || hashes[i + 1] != hashes[i];
    }
    return found;
}

typedef struct { const int64_t *index, *row; int64_t count, n, slots; uint16_t *narrow; uint32_t *wide; } Sketch;

/* Signatures, and where bounds are asked for the fingerprints (allocated here). 0, or -1 without memory. */
static int sketch_all(const Codes *of, const Sketch *to, int64_t *bounds, uint32_t **prints)
{
    int64_t longest = 0, room = 0, used = 0;
    for (int64_t i = 0; i < to->count; i++) {
        int64_t length = length_of(of, to->index[i]);
        longest = length > longest ? length : longest;
    }
    uint32_t *codes = malloc(((size_t)longest + 2 * GRAMS) * 16), *hashes = codes + longest;
    uint16_t *lanes = (uint16_t *)(hashes + longest + 2 * GRAMS);
    if (!codes) return -1;
    for (int64_t i = 0; i < to->count; i++) {
        int64_t text = to->index[i], length = length_of(of, text), count = grams_in(length, to->n);
        widen(of, text, codes);
        hash_grams(codes, length, to->n, hashes);
        minima16(hashes, count, to->slots, lanes, to->narrow + i * to->slots);
        if (to->row[i] >= 0) minima32(hashes, count, to->slots, to->wide + to->row[i] * to->slots);
        if (!bounds) continue;
        if (room < used + count) {
            uint32_t *more = realloc(*prints, (size_t)(room = 2 * (used + count) + 1024) * 4);
            if (!more) { free(codes); return -1; }
            *prints = more;
        }
        used += winnow(hashes, count, *prints + used);
        bounds[i + 1] = used;
    }
    free(codes);
    return 0;
}

/* ---------------------------------------------------------------- equal texts */

static uint64_t mixed(uint64_t h, uint64_t word) { h = (h ^ word) * MIX; return h ^ h >> 32; }

static uint64_t hash_bytes(const unsigned char *at, int64_t size)
{
    uint64_t h[4] = {(uint64_t)size, 1, 2, 3}, word[4];
    for (; size >= 32; at += 32, size -= 32) {
        memcpy(word, at, 32);
        for (int k = 0; k < 4; k++) h[k] = mixed(h[k], word[k]);
    }
    memset(word, 0, 32);
    memcpy(word, at, (size_t)size);
    for (int k = 0; k < 4; k++) h[k] = mixed(h[k], word[k]);
    return mixed(mixed(h[0], h[1]), mixed(h[2], h[3]));
}

static uint64_t table_size(int64_t entries)
{
    uint64_t size = 16;
    while (size < (uint64_t)entries + (uint64_t)entries / 3) size *= 2;
    return size;
}

/* The first equal text of each. 0, or -1 without memory. */
static int find_first(const Codes *of, int64_t *first)
{
    uint64_t size = table_size(of->texts), mask = size - 1;
    Place *table = reserve(size * sizeof *table);
    uint64_t *hashes = reserve((size_t)of->texts * 8 + 8);
    if (!table || !hashes) { free(table); free(hashes); return -1; }
    memset(table, 0, size * sizeof *table);
    const unsigned char *bytes = of->codes;
    for (int64_t i = 0; i < of->texts; i++)
        hashes[i] = hash_bytes(bytes + of->offsets[i] * of->width, length_of(of, i) * of->width);
    for (int64_t i = 0; i < of->texts; i++) {
        if (i + AHEAD < of->texts) PREFETCH(table + (hashes[i + AHEAD] & mask));
        uint64_t at = hashes[i] & mask;
        uint32_t tag = (uint32_t)(hashes[i] >> 32);
        for (first[i] = i; table[at].id; at = (at + 1) & mask) {
            int64_t other = (int64_t)table[at].id - 1, length = length_of(of, i);
            if (table[at].tag == tag && length_of(of, other) == length
                && !memcmp(bytes + of->offsets[i] * of->width, bytes + of->offsets[other] * of->width,
                           (size_t)(length * of->width))) {
                first[i] = other;
                break;
            }
        }
        if (first[i] == i) table[at] = (Place){tag, (uint32_t)i + 1};
    }
    free(table);
    free(hashes);
    return 0;
}

/* ---------------------------------------------------------------- candidates */

typedef struct { uint64_t *places; uint64_t mask; int64_t count; } Pairs; /* a set of pairs; 0 is free: no pair is (0, 0) */

static int add_pair(Pairs *set, uint64_t pair)
{
    if ((uint64_t)set->count * 2 >= set->mask) {
        Pairs more = {calloc((set->mask + 1) * 2, 8), set->mask * 2 + 1, 0};
        if (!more.places) return -1;
        for (uint64_t i = 0; i <= set->mask; i++)
            if (set->places[i]) add_pair(&more, set->places[i]);
        free(set->places);
        *set = more;
    }
    uint64_t at = mixed(0, pair) & set->mask;
    while (set->places[at] && set->places[at] != pair) at = (at + 1) & set->mask;
    set->count += !set->places[at];
    set->places[at] = pair;
    return 0;
}

CLONES static int64_t agree16(const uint16_t *restrict a, const uint16_t *restrict b, int64_t slots)
{
    int64_t same = 0;
    for (int64_t at = 0; at < slots; at += TILE) {
        uint16_t part = 0;
        int64_t end = slots - at < TILE ? slots - at : TILE;
        if (end == TILE) for (int k = 0; k < TILE; k++) part += a[at + k] == b[at + k];
        else for (int64_t k = 0; k < end; k++) part += a[at + k] == b[at + k];
        same += part;
    }
    return same;
}

CLONES static int64_t agree32(const uint32_t *restrict a, const uint32_t *restrict b, int64_t slots)
{
    int64_t same = 0;
    for (int64_t k = 0; k < slots; k++) same += a[k] == b[k];
    return same;
}

typedef struct {
    const void *signature; /* count rows of slots */
    int width;
    int64_t count, residents, slots, bands, rows, window, least;
    const uint8_t *apart; /* two texts with a 1 do not meet; NULL: all do */
    uint8_t *crowded;
} Meeting;

static uint64_t band_key(const Meeting *of, int64_t text, int64_t band)
{
    uint64_t key = 0;
    int64_t from = text * of->slots + band * of->rows;
    for (int64_t k = from; k < from + of->rows; k++) {
        key = key * MIX + (of->width == 2 ? ((const uint16_t *)of->signature)[k] : ((const uint32_t *)of->signature)[k]);
    }
    key *= MIX;
    return key ^ key >> 32;
}

static int compare(const Meeting *of, int64_t left, int64_t right, Pairs *found)
{
    if (of->apart && of->apart[left] && of->apart[right]) return 0;
    int64_t a = left * of->slots, b = right * of->slots;
    int64_t same = of->width == 2 ? agree16((const uint16_t *)of->signature + a, (const uint16_t *)of->signature + b, of->slots)
                                  : agree32((const uint32_t *)of->signature + a, (const uint32_t *)of->signature + b, of->slots);
    return same < of->least ? 0 : add_pair(found, (uint64_t)left * (uint64_t)of->count + (uint64_t)right);
}

typedef struct { uint32_t previous, next, rank, head; } Link; /* of a text in its bucket: the list of those before it */

static int meet_in_band(const Meeting *of, Place *table, uint64_t mask, const uint64_t *keys, Link *links, Pairs *found)
{
    int failed = 0;
    memset(table, 0, (mask + 1) * sizeof *table);
    for (int64_t i = 0; i < of->count && !failed; i++) {
        if (i + AHEAD < of->count) PREFETCH(table + (keys[i + AHEAD] & mask));
        uint64_t at = keys[i] & mask;
        uint32_t tag = (uint32_t)(keys[i] >> 16);
        while (table[at].id && !(table[at].tag == tag && keys[table[at].id - 1] == keys[i])) at = (at + 1) & mask;
        Link own = {0, 0, 0, (uint32_t)i};
        if (table[at].id) {
            uint32_t other = own.previous = table[at].id - 1;
            own.rank = links[other].rank + 1;
            own.head = links[other].head;
            int64_t near = own.rank < of->window ? own.rank : of->window;
            int64_t first = own.rank - near < of->window ? own.rank - near : of->window;
            for (; near-- && !failed; other = links[other].previous) failed = compare(of, other, i, found);
            for (other = own.head; first-- && !failed; other = links[other].next) failed = compare(of, other, i, found);
        }
        if (i >= of->residents) continue;
        if (table[at].id) links[own.previous].next = (uint32_t)i;
        links[i] = own;
        table[at] = (Place){tag, (uint32_t)i + 1};
        if (own.rank <= 2 * of->window) continue;
        of->crowded[i] = 1;
        if (own.rank == 2 * of->window + 1)
            for (uint32_t j = 0, other = own.previous; j < own.rank; j++, other = links[other].previous) of->crowded[other] = 1;
    }
    return failed;
}

/* Pairs that agree in a band and in enough slots. 0, or -1 without memory. */
static int meet_all(const Meeting *of, Pairs *found)
{
    uint64_t size = table_size(of->residents * 2); /* half empty: fewer places to look at */
    Place *table = reserve(size * sizeof *table);
    uint64_t *keys = reserve((size_t)of->count * 8 * TOGETHER + 8);
    Link *links = reserve((size_t)of->count * sizeof *links + 8);
    *found = (Pairs){calloc(1024, 8), 1023, 0};
    int failed = !table || !keys || !links || !found->places;
    int dropped = 1;
    while ((uint64_t)of->count >> dropped) dropped++; /* the bits that the sorted keys of the NumPy function lack */
    for (int64_t band = 0; band < of->bands && !failed; band++) {
        int64_t more = of->bands - band < TOGETHER ? of->bands - band : TOGETHER, place = band % TOGETHER;
        for (int64_t i = 0; i < of->count && !place; i++)
            for (int64_t k = 0; k < more; k++) keys[k * of->count + i] = band_key(of, i, band + k) << dropped >> dropped;
        failed = meet_in_band(of, table, size - 1, keys + place * of->count, links, found);
    }
    free(table);
    free(keys);
    free(links);
    return failed ? -1 : 0;
}

/* ---------------------------------------------------------------- candidates for containment */

typedef struct {
    const uint32_t *prints;
    const int64_t *bounds, *order, *need; /* need: hits that a piece with so many probes must have */
    int64_t texts, window;
    uint8_t *crowded; /* by rank, the place of a text in order */
} Holding;
typedef struct { uint32_t bucket, place; } Entry;              /* a fingerprint of a text: one of its bucket's members */
typedef struct { uint32_t value, count, last, start; } Bucket; /* last: its latest entry; start: of its members */
typedef struct {
    uint8_t *cells, *cut;
    uint32_t *begin, *hits, *members;
    Entry *entries;
    Bucket *buckets;
    uint64_t cell_mask, mask, used, room;
} Prints;

/* Counts to two, for each value, in cells of two bits that values may share: most values occur once and need no place. */
static int occurs(Prints *of, uint32_t value, int add)
{
    uint64_t cell = (value * MIX >> 32) & of->cell_mask;
    int shift = (int)(cell % 4) * 2, seen = of->cells[cell / 4] >> shift & 3;
    if (add) of->cells[cell / 4] += (uint8_t)((seen < 2) << shift);
    return seen;
}

static int add_entries(Prints *of, uint32_t rank, const uint32_t *values, int64_t count)
{
    of->begin[rank] = (uint32_t)of->used;
    if (of->room < of->used + (uint64_t)count) {
        Entry *grown = realloc(of->entries, (of->room = of->used * 2 + (uint64_t)count + 1024) * sizeof *grown);
        if (!grown) return -1;
        of->entries = grown;
    }
    Entry *listed = of->entries + of->used; /* first the values that may be listed, then the entries */
    int64_t more = 0;
    for (int64_t i = 0; i < count; i++) {
        listed[more] = (Entry){values[i], 0};
        more += occurs(of, values[i], 0) == 2;
    }
    for (int64_t i = 0; i < more; i++) {
        uint32_t value = listed[i].bucket;
        if (i + 4 < more) PREFETCH(of->buckets + ((listed[i + 4].bucket * MIX >> 32) & of->mask));
        uint64_t at = (value * MIX >> 32) & of->mask;
        while (of->buckets[at].count && of->buckets[at].value != value) at = (at + 1) & of->mask;
        Bucket *bucket = of->buckets + at;
        if (bucket->count && bucket->last >= of->begin[rank]) continue; /* twice in this text */
        of->entries[of->used] = (Entry){(uint32_t)at, bucket->count};
        *bucket = (Bucket){value, bucket->count + 1, (uint32_t)of->used++, 0};
    }
    of->begin[rank + 1] = (uint32_t)of->used;
    return 0;
}

static int gather_members(Prints *of, int64_t texts)
{
    uint32_t filled = 0;
    of->members = malloc(of->used * 4 + 4);
    if (!of->members) return -1;
    for (int64_t rank = 0; rank < texts; rank++)
        for (uint32_t i = of->begin[rank]; i < of->begin[rank + 1]; i++) {
            Bucket *bucket = of->buckets + of->entries[i].bucket;
            if (!of->entries[i].place) { bucket->start = filled; filled += bucket->count; }
            of->members[bucket->start + of->entries[i].place] = (uint32_t)rank;
        }
    return 0;
}

static int rarer(const Bucket *a, const Bucket *b) { return a->count != b->count ? a->count < b->count : a->value < b->value; }

/* Looks up the containers of one text by its rarest fingerprints that others have too. */
static int ask(const Holding *of, Prints *prints, uint32_t rank, uint32_t *met, Pairs *found)
{
    const Entry *probes[PROBES];
    int64_t asked = 0, partly = 0, size = of->bounds[of->order[rank] + 1] - of->bounds[of->order[rank]], all = 0;
    int failed = 0;
    for (uint32_t i = prints->begin[rank]; i < prints->begin[rank + 1]; i++) {
        const Entry *own = prints->entries + i;
        const Bucket *bucket = prints->buckets + own->bucket;
        if (bucket->count < 2 || (asked == PROBES && !rarer(bucket, prints->buckets + probes[PROBES - 1]->bucket))) continue;
        int64_t at = asked < PROBES ? asked++ : PROBES - 1;
        for (; at && rarer(bucket, prints->buckets + probes[at - 1]->bucket); at--) probes[at] = probes[at - 1];
        probes[at] = own;
    }
    for (int64_t i = 0; i < asked; i++) {
        const Bucket *bucket = prints->buckets + probes[i]->bucket;
        int64_t place = probes[i]->place, near = place < of->window ? 0 : place - of->window;
        if (bucket->count > 2 * of->window + 1) { partly++; prints->cut[probes[i]->bucket] = 1; }
        for (int64_t k = 0; k < place; k++) {
            if (k == of->window && k < near) k = near;
            uint32_t other = prints->members[bucket->start + k];
            if (!prints->hits[other]++) met[all++] = other;
        }
    }
    for (int64_t i = 0; i < all; i++) {
        if (!failed && prints->hits[met[i]] + partly >= of->need[size < PROBES ? size : PROBES])
            failed = add_pair(found, (uint64_t)met[i] * (uint64_t)of->texts + rank);
        prints->hits[met[i]] = 0;
    }
    return failed;
}

/* Pairs of ranks, the container first. 0, or -1 without memory. */
static int hold_all(const Holding *of, Pairs *found)
{
    uint64_t total = 0, again = 0; /* again: at least half of the values that get a bucket */
    for (int64_t i = 0; i < of->texts; i++) total += (uint64_t)(of->bounds[of->order[i] + 1] - of->bounds[of->order[i]]);
    Prints prints = {.cell_mask = table_size((int64_t)total * 4) - 1};
    uint32_t *met = malloc((size_t)of->window * 2 * PROBES * 4 + 4);
    prints.cells = calloc(prints.cell_mask / 4 + 1, 1);
    prints.begin = calloc((size_t)of->texts + 1, 4);
    prints.hits = calloc((size_t)of->texts + 1, 4);
    *found = (Pairs){calloc(1024, 8), 1023, 0};
    int failed = !prints.cells || !prints.begin || !prints.hits || !met || !found->places || total >= UINT32_MAX;
    for (int64_t i = 0; i < of->texts && !failed; i++)
        for (int64_t k = of->bounds[of->order[i]]; k < of->bounds[of->order[i] + 1]; k++)
            again += occurs(&prints, of->prints[k], 1) > 0;
    prints.mask = table_size((int64_t)again * 2) - 1;
    if (!failed) {
        prints.buckets = calloc(prints.mask + 1, sizeof *prints.buckets);
        prints.cut = calloc(prints.mask + 1, 1);
        failed = !prints.buckets || !prints.cut;
    }
    for (int64_t i = 0; i < of->texts && !failed; i++) {
        const int64_t *bounds = of->bounds + of->order[i];
        failed = add_entries(&prints, (uint32_t)i, of->prints + bounds[0], bounds[1] - bounds[0]);
    }
    failed = failed || gather_members(&prints, of->texts);
    for (int64_t i = 0; i < of->texts && !failed; i++) failed = ask(of, &prints, (uint32_t)i, met, found);
    for (int64_t i = 0; i < of->texts && !failed; i++)
        for (uint32_t k = prints.begin[i]; k < prints.begin[i + 1]; k++) of->crowded[i] |= prints.cut[prints.entries[k].bucket];
    free(prints.cells);
    free(prints.cut);
    free(prints.begin);
    free(prints.hits);
    free(prints.members);
    free(prints.entries);
    free(prints.buckets);
    free(met);
    return failed ? -1 : 0;
}

/* ---------------------------------------------------------------- exact overlap */

typedef struct { uint32_t *codes, *hashes, *home, *table; uint8_t *hit; } Desk;

/* Where in the table an equal gram stands, or the free place for it. Grams begin at their index in codes. */
static uint64_t place_of(const Desk *desk, uint64_t mask, int64_t gram, int64_t size)
{
    uint64_t at = desk->hashes[gram] & mask;
    for (; desk->table[at]; at = (at + 1) & mask) {
        int64_t other = (int64_t)desk->table[at] - 1, k = 0;
        if (desk->hashes[other] != desk->hashes[gram]) continue;
        while (k < size && desk->codes[other + k] == desk->codes[gram + k]) k++;
        if (k == size) break;
    }
    return at;
}

/* Distinct grams shared, of the left and of the right text. Behind a shared gram characters are compared, not grams. */
static void count_pair(const Desk *desk, const Codes *of, int64_t left, int64_t right, int64_t n, int64_t *counts)
{
    int64_t length = length_of(of, left), other = length_of(of, right);
    int64_t own = grams_in(length, n), more = grams_in(other, n), size = length < n ? length : n;
    uint64_t mask = table_size((own + more) * 2) - 1, at;
    int64_t shared = 0, on_left = 0, on_right = 0, end = length + more;
    const uint32_t *restrict codes = desk->codes, *restrict home = desk->home;
    uint8_t *restrict hits = desk->hit;
    int comparable = size == (other < n ? other : n);
    widen(of, left, desk->codes);
    widen(of, right, desk->codes + length);
    hash_grams(desk->codes, length, n, desk->hashes);
    hash_grams(desk->codes + length, other, n, desk->hashes + length);
    memset(desk->table, 0, (mask + 1) * 4);
    memset(desk->hit, 0, (size_t)own);
    for (int64_t i = 0; i < own; i++) {
        at = place_of(desk, mask, i, size);
        if (!desk->table[at]) { desk->table[at] = (uint32_t)i + 1; on_left++; }
        desk->home[i] = desk->table[at] - 1;
    }
    if (!comparable) { memset(desk->table, 0, (mask + 1) * 4); size = other < n ? other : n; }
    for (int64_t i = length; i < end; i++) {
        at = place_of(desk, mask, i, size);
        int64_t same = (int64_t)desk->table[at] - 1;
        if (same < 0) { desk->table[at] = (uint32_t)i + 1; on_right++; }
        if (same < 0 || same >= length) continue;
        for (;; i++) {
            uint8_t *hit = hits + home[same];
            shared += !*hit;
            *hit = 1;
            if (++same == own || i + 1 == end || codes[same + size - 1] != codes[i + size]) break;
        }
    }
    counts[0] = shared;
    counts[1] = on_left;
    counts[2] = shared + on_right;
}

/* counts: for each pair shared, left, right. 0, or -1 without memory. */
static int count_pairs(const Codes *of, const int64_t *pairs, int64_t count, int64_t n, int64_t *counts)
{
    int64_t most = 0;
    for (int64_t i = 0; i < count; i++) {
        int64_t size = length_of(of, pairs[2 * i]) + length_of(of, pairs[2 * i + 1]);
        most = size > most ? size : most;
    }
    uint32_t *room = malloc(((size_t)most * 3 + table_size(most * 2)) * 4 + (size_t)most + 8);
    if (!room) return -1;
    Desk desk = {room, room + most, room + 2 * most, room + 3 * most, (uint8_t *)(room + 3 * most + table_size(most * 2))};
    for (int64_t i = 0; i < count; i++) count_pair(&desk, of, pairs[2 * i], pairs[2 * i + 1], n, counts + 3 * i);
    free(room);
    return 0;
}

/* ---------------------------------------------------------------- the module */

/* An argument that must have room for so many entries; sets ValueError if it has not. */
static int holds(const Py_buffer *view, int64_t entries, int64_t size, const char *name)
{
    if (entries >= 0 && view->len / size >= entries && (uintptr_t)view->buf % (size_t)size == 0) return 1;
    PyErr_Format(PyExc_ValueError, "%s is too small or not aligned", name);
    return 0;
}

/* Whether codes and offsets describe texts. */
static int valid_codes(const Py_buffer *codes, const Py_buffer *offsets, int width, Codes *out)
{
    *out = (Codes){codes->buf, width, offsets->buf, offsets->len / 8 - 1};
    int ok = (width == 2 || width == 4) && out->texts >= 0 && out->texts < UINT32_MAX && out->offsets[0] >= 0;
    for (int64_t i = 0; ok && i < out->texts; i++) ok = out->offsets[i] <= out->offsets[i + 1];
    if (ok) return holds(codes, out->offsets[out->texts], width, "codes");
    PyErr_SetString(PyExc_ValueError, "offsets must rise and width be 2 or 4");
    return 0;
}

static int all_below(const int64_t *values, int64_t count, int64_t limit)
{
    int ok = 1;
    for (int64_t i = 0; i < count; i++) ok &= values[i] >= 0 && values[i] < limit;
    if (!ok) PyErr_SetString(PyExc_ValueError, "index out of range");
    return ok;
}

static PyObject *measure(PyObject *module, PyObject *args)
{
    PyObject *texts;
    Py_buffer offsets;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!w*", &PyList_Type, &texts, &offsets)) return NULL;
    Py_ssize_t count = PyList_Size(texts), i = 0, length = 0;
    int64_t *ends = offsets.buf;
    int ok = holds(&offsets, count + 1, 8, "offsets");
    if (ok) ends[0] = 0;
    for (; ok && i < count; i++) {
        if (i + AHEAD < count) PREFETCH(PyList_GetItem(texts, i + AHEAD));
        ok = (length = PyUnicode_GetLength(PyList_GetItem(texts, i))) >= 0;
        ends[i + 1] = ends[i] + length;
    }
    PyBuffer_Release(&offsets);
    return ok ? Py_NewRef(Py_None) : NULL;
}

static PyObject *pack(PyObject *module, PyObject *args)
{
    PyObject *texts, *packed = NULL;
    Py_buffer offsets, out;
    int width;
    Codes of;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!y*w*i", &PyList_Type, &texts, &offsets, &out, &width)) return NULL;
    Py_ssize_t count = PyList_Size(texts), longest = 0, i = 0;
    int ok = valid_codes(&out, &offsets, width, &of) && holds(&offsets, count + 1, 8, "offsets");
    for (i = 0; ok && i < count; i++) longest = length_of(&of, i) > longest ? length_of(&of, i) : longest;
    Py_UCS4 *room = ok ? malloc((size_t)longest * 4 + 4) : NULL, any = 0;
    if (ok && !room) PyErr_NoMemory();
    for (i = 0; room && i < count; i++) {
        Py_ssize_t length = length_of(&of, i), at = of.offsets[i];
        const char *soon = (const char *)PyList_GetItem(texts, i + 2 < count ? i + 2 : i);
        for (int line = 0; line < 4; line++) PREFETCH(soon + line * 64);
        PyObject *text = PyList_GetItem(texts, i);
        Py_ssize_t found = PyUnicode_GetLength(text);
        if (found >= 0 && found != length) PyErr_SetString(PyExc_ValueError, "offsets are not those of the texts");
        if (found != length || !PyUnicode_AsUCS4(text, width == 4 ? (Py_UCS4 *)out.buf + at : room, length, 0)) break;
        if (width == 2) any |= narrow(room, length, (uint16_t *)out.buf + at);
    }
    if (room && i == count) packed = PyBool_FromLong(any < 0x10000);
    free(room);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&out);
    return packed;
}

static PyObject *first(PyObject *module, PyObject *args)
{
    Py_buffer codes, offsets, out;
    int width, failed = 1;
    Codes of;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*iy*w*", &codes, &width, &offsets, &out)) return NULL;
    if (valid_codes(&codes, &offsets, width, &of) && holds(&out, of.texts, 8, "first")) {
        Py_BEGIN_ALLOW_THREADS
        failed = find_first(&of, out.buf);
        Py_END_ALLOW_THREADS
        if (failed) PyErr_NoMemory();
    }
    PyBuffer_Release(&codes);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&out);
    return failed ? NULL : Py_NewRef(Py_None);
}

static PyObject *sketch(PyObject *module, PyObject *args)
{
    Py_buffer codes, offsets, index, narrow, wide, row, bounds;
    int width, pieces, failed = 1;
    long long n, slots;
    Codes of;
    uint32_t *prints = NULL;
    PyObject *made = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*iy*y*LLw*w*y*w*i", &codes, &width, &offsets, &index, &n, &slots, &narrow, &wide,
                          &row, &bounds, &pieces))
        return NULL;
    Sketch to = {index.buf, row.buf, index.len / 8, n, slots, narrow.buf, wide.buf};
    if (n < 1 || slots < 1) PyErr_SetString(PyExc_ValueError, "n and slots are at least 1");
    else if (valid_codes(&codes, &offsets, width, &of) && all_below(to.index, to.count, of.texts)
             && holds(&narrow, to.count * slots, 2, "narrow") && holds(&row, to.count, 8, "row")
             && holds(&bounds, to.count + 1, 8, "bounds")) {
        int64_t rows = 0, *ends = bounds.buf;
        for (int64_t i = 0; i < to.count; i++) rows = to.row[i] >= rows ? to.row[i] + 1 : rows;
        if (holds(&wide, rows * slots, 4, "wide")) {
            ends[0] = 0;
            Py_BEGIN_ALLOW_THREADS
            failed = sketch_all(&of, &to, pieces ? ends : NULL, &prints);
            Py_END_ALLOW_THREADS
            made = failed ? PyErr_NoMemory()
                          : PyBytes_FromStringAndSize((const char *)prints, pieces ? ends[to.count] * 4 : 0);
        }
    }
    free(prints);
    PyBuffer_Release(&codes);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&index);
    PyBuffer_Release(&narrow);
    PyBuffer_Release(&wide);
    PyBuffer_Release(&row);
    PyBuffer_Release(&bounds);
    return made;
}

static PyObject *as_bytes(const Pairs *pairs)
{
    PyObject *made = PyBytes_FromStringAndSize(NULL, pairs->count * 8);
    char *out = made ? PyBytes_AsString(made) : NULL;
    for (uint64_t i = 0; out && i <= pairs->mask; i++)
        if (pairs->places[i]) { memcpy(out, pairs->places + i, 8); out += 8; }
    return made;
}

static PyObject *meet(PyObject *module, PyObject *args)
{
    Py_buffer signature, apart, crowded;
    int width;
    long long residents, slots, bands, rows, window, least;
    Pairs found = {NULL, 0, 0};
    PyObject *pairs = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*iLLLLLLy*w*", &signature, &width, &residents, &slots, &bands, &rows, &window, &least,
                          &apart, &crowded))
        return NULL;
    Meeting of = {signature.buf, width, crowded.len, residents, slots, bands, rows, window, least,
                  apart.len ? apart.buf : NULL, crowded.buf};
    if ((width != 2 && width != 4) || slots < 1 || rows < 1 || bands < 0 || bands > slots / rows || window < 1
        || residents < 0 || residents > of.count || of.count >= UINT32_MAX)
        PyErr_SetString(PyExc_ValueError, "no such bands");
    else if (holds(&signature, of.count * slots, width, "signature") && (!apart.len || holds(&apart, of.count, 1, "apart"))) {
        int failed;
        Py_BEGIN_ALLOW_THREADS
        failed = meet_all(&of, &found);
        Py_END_ALLOW_THREADS
        pairs = failed ? PyErr_NoMemory() : as_bytes(&found);
    }
    free(found.places);
    PyBuffer_Release(&signature);
    PyBuffer_Release(&apart);
    PyBuffer_Release(&crowded);
    return pairs;
}

static PyObject *hold(PyObject *module, PyObject *args)
{
    Py_buffer prints, bounds, order, need, crowded;
    long long window;
    Pairs found = {NULL, 0, 0};
    PyObject *pairs = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*y*y*Ly*w*", &prints, &bounds, &order, &window, &need, &crowded)) return NULL;
    Holding of = {prints.buf, bounds.buf, order.buf, need.buf, order.len / 8, window, crowded.buf};
    Codes as;
    if (window < 1 || of.texts >= UINT32_MAX) PyErr_SetString(PyExc_ValueError, "no such window");
    else if (valid_codes(&prints, &bounds, 4, &as) && all_below(of.order, of.texts, as.texts)
             && holds(&need, PROBES + 1, 8, "need") && holds(&crowded, of.texts, 1, "crowded")) {
        int failed;
        Py_BEGIN_ALLOW_THREADS
        failed = hold_all(&of, &found);
        Py_END_ALLOW_THREADS
        pairs = failed ? PyErr_NoMemory() : as_bytes(&found);
    }
    free(found.places);
    PyBuffer_Release(&prints);
    PyBuffer_Release(&bounds);
    PyBuffer_Release(&order);
    PyBuffer_Release(&need);
    PyBuffer_Release(&crowded);
    return pairs;
}

static PyObject *overlap(PyObject *module, PyObject *args)
{
    Py_buffer codes, offsets, pairs, counts;
    int width, failed = 1;
    long long n;
    Codes of;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*iy*y*Lw*", &codes, &width, &offsets, &pairs, &n, &counts)) return NULL;
    if (n < 1) PyErr_SetString(PyExc_ValueError, "n is at least 1");
    else if (valid_codes(&codes, &offsets, width, &of) && all_below(pairs.buf, pairs.len / 8, of.texts)
             && holds(&counts, pairs.len / 16 * 3, 8, "counts")) {
        Py_BEGIN_ALLOW_THREADS
        failed = count_pairs(&of, pairs.buf, pairs.len / 16, n, counts.buf);
        Py_END_ALLOW_THREADS
        if (failed) PyErr_NoMemory();
    }
    PyBuffer_Release(&codes);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&pairs);
    PyBuffer_Release(&counts);
    return failed ? NULL : Py_NewRef(Py_None);
}

static PyMethodDef functions[] = {
    {"measure", measure, METH_VARARGS, "measure(texts: list[str], offsets): where each begins, in characters"},
    {"pack", pack, METH_VARARGS, "pack(texts: list[str], offsets, out, width) -> bool: whether all code points fit"},
    {"first", first, METH_VARARGS, "first(codes, width, offsets, out): the first equal text of each"},
    {"sketch", sketch, METH_VARARGS,
     "sketch(codes, width, offsets, index, n, slots, narrow, wide, row, bounds, pieces) -> bytes: fingerprints"},
    {"meet", meet, METH_VARARGS,
     "meet(signature, width, residents, slots, bands, rows, window, least, apart, crowded) -> bytes: pairs, unordered"},
    {"hold", hold, METH_VARARGS,
     "hold(prints, bounds, order, window, need, crowded) -> bytes: pairs of ranks that may contain one another, unordered"},
    {"overlap", overlap, METH_VARARGS, "overlap(codes, width, offsets, pairs, n, counts): shared, left, right of each"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_kernel", NULL, 0, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernel(void) { return PyModuleDef_Init(&definition); }
