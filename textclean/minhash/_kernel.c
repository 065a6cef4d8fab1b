/* From texts to grams, signatures and fingerprints, over plain buffers: what the NumPy functions do, bit for bit.
 *
 * No state is kept between calls. The loops are written so that the compiler vectorises them; where it can, several
 * versions are built of the hottest and the best one for the machine is picked at load time.
 */
#define _DEFAULT_SOURCE /* for madvise */
#include "_kernel.h"
#include <stdlib.h>
#include <string.h>

#ifdef __linux__
#include <sys/mman.h>
#endif

#define LARGE_PAGE ((size_t)2 << 20)
#define TILE 16   /* slots whose minima of so many grams fit into registers */
#define SLOTS 32  /* slots whose minima are reduced together */
#define READ 3    /* texts that are read at a time */
#define LINES 13  /* cache lines of a text that is read next */
#define AGAIN 9   /* and of one that may equal it */
#define WINDOW 11 /* grams a window of winnowing */
#define FIRST_BASE 0x9E37u
#define SECOND_BASE 0x85EBu

void *reserve(size_t size)
{
#ifdef MADV_HUGEPAGE
    if (size >= LARGE_PAGE) {
        void *room = aligned_alloc(LARGE_PAGE, (size + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE);
        if (room) (void)madvise(room, size, MADV_HUGEPAGE);
        return room;
    }
#endif
    return malloc(size);
}

typedef struct { uint32_t tag, id; } Place; /* of a hash table: id 0 is free, otherwise index + 1 */

/* ---------------------------------------------------------------- grams */

static int64_t filled(int64_t count) { return (count + GRAMS - 1) & ~(int64_t)(GRAMS - 1); }

int make_text(Text *text, int64_t longest)
{
    size_t room = (size_t)longest + 2 * GRAMS;
    *text = (Text){.codes = calloc(room * 3, 2)};
    if (!text->codes) return -1;
    text->first = text->codes + room;
    text->second = text->first + room;
    return 0;
}

CLONES static void widen(const uint8_t *restrict from, int64_t length, uint16_t *restrict out)
{
    for (int64_t i = 0; i < length; i++) out[i] = from[i];
}

/* Characters in 16 bits: hashes may meet, texts are compared as they are. */
CLONES static void narrow_down(const uint32_t *restrict from, int64_t length, uint16_t *restrict out)
{
    for (int64_t i = 0; i < length; i++) out[i] = (uint16_t)(from[i] ^ (from[i] >> 16) * FIRST_BASE);
}

static inline uint16_t scramble16(uint16_t h)
{
    h = (uint16_t)((h ^ h >> 7) * 0xCA6Bu);
    return h ^ h >> 9;
}

static inline void hash_gram(const uint16_t *codes, int64_t size, uint16_t *first, uint16_t *second)
{
    uint16_t p = (uint16_t)size, q = p;
    for (int64_t j = 0; j < size; j++) {
        p = (uint16_t)(p * FIRST_BASE + codes[j]);
        q = (uint16_t)(q * SECOND_BASE + codes[j]);
    }
    *first = scramble16(p);
    *second = q;
}

/* The hashes of each gram: polynomials, of which the one that decides is scrambled. What the last grams lack for
 * full lanes is the first gram again. */
CLONES static void hash_grams(const uint16_t *restrict codes, int64_t size, int64_t count, uint16_t *restrict first,
                              uint16_t *restrict second)
{
    int64_t last = filled(count) - GRAMS;
    if (size == 5) { /* the usual size, known to the compiler as are whole blocks */
        for (int64_t block = 0; block <= last; block += GRAMS)
            for (int i = 0; i < GRAMS; i++) hash_gram(codes + block + i, 5, first + block + i, second + block + i);
    } else {
        for (int64_t i = 0; i < count; i++) hash_gram(codes + i, size, first + i, second + i);
    }
    for (int64_t i = count, full = last + GRAMS; i < full; i++) { first[i] = first[0]; second[i] = second[0]; }
}

void read_text(const Texts *of, int64_t index, int64_t n, Text *text)
{
    text->length = length_of(of, index);
    text->grams = grams_in(text->length, n);
    if (of->width[index] == 2) memcpy(text->codes, of->at[index], (size_t)text->length * 2);
    else if (of->width[index] == 1) widen((const uint8_t *)of->at[index], text->length, text->codes);
    else narrow_down((const uint32_t *)of->at[index], text->length, text->codes);
    hash_grams(text->codes, text->length < n ? text->length : n, text->grams, text->first, text->second);
}

CLONES void join_hashes(const Text *text, uint32_t *restrict out)
{
    const uint16_t *restrict first = text->first, *restrict second = text->second;
    for (int64_t block = 0; block < text->grams; block += GRAMS)
        for (int64_t i = block; i < block + GRAMS; i++) out[i] = (uint32_t)first[i] << 16 | second[i];
}

static inline uint32_t scramble32(uint32_t h)
{
    h = (h ^ h >> 16) * 0x85EBCA6Bu;
    h = (h ^ h >> 13) * 0xC2B2AE35u;
    return h ^ h >> 16;
}

/* ---------------------------------------------------------------- signatures */

typedef union { uint64_t four[SLOTS * GRAMS / 4]; uint32_t two[SLOTS * GRAMS / 2]; uint16_t one[SLOTS * GRAMS]; } Lanes;

static INLINED void take_less(const uint16_t *restrict other, uint16_t *restrict values, const int count)
{
    for (int i = 0; i < count; i++) values[i] = other[i] < values[i] ? other[i] : values[i];
}

/* Minima of neighbours, each of them four lanes. */
static INLINED void halve(const Lanes *restrict from, Lanes *restrict to, const int count)
{
    Lanes other;
    for (int i = 0; i < count; i++) { to->four[i] = from->four[2 * i]; other.four[i] = from->four[2 * i + 1]; }
    take_less(other.one, to->one, 4 * count);
}

/* From GRAMS lanes a slot to one. The last two steps take all SLOTS, for whole vectors; what lies behind slots is not used. */
static INLINED void reduce(const Lanes *restrict least, const int slots, uint16_t *restrict out)
{
    Lanes a, b, other;
    halve(least, &a, slots * GRAMS / 8);
    halve(&a, &b, slots * GRAMS / 16);
    halve(&b, &a, slots * GRAMS / 32);
    for (int i = 0; i < SLOTS; i++) { b.two[i] = a.two[2 * i]; other.two[i] = a.two[2 * i + 1]; }
    take_less(other.one, b.one, 2 * SLOTS);
    for (int i = 0; i < SLOTS; i++) {
        uint16_t left = (uint16_t)b.two[i], right = (uint16_t)(b.two[i] >> 16);
        out[i] = left < right ? left : right;
    }
}

/* The next slots, at most two tiles, whose minima stay in registers; the size of a tile is known to the compiler. */
static INLINED void take_tiles(uint16_t *restrict first, const uint16_t *restrict second, int64_t full, const int size,
                              int64_t slots, uint16_t *restrict out)
{
    Lanes least;
    uint16_t found[SLOTS];
    for (int tile = 0; tile < 2 * size; tile += size) {
        uint16_t lanes[TILE * GRAMS];
        for (int i = 0; i < size * GRAMS; i++) lanes[i] = UINT16_MAX;
        for (int64_t block = 0; block < full; block += GRAMS) for (int i = 0; i < GRAMS; i++) {
            uint16_t now = first[block + i], step = second[block + i] | 1;
#pragma GCC unroll 16
            for (int k = 0; k < size; k++) {
                uint16_t *lane = lanes + k * GRAMS + i;
                *lane = now < *lane ? now : *lane;
                now = (uint16_t)(now + step);
            }
            first[block + i] = now;
        }
        for (int i = 0; i < size * GRAMS; i++) least.one[tile * GRAMS + i] = lanes[i];
    }
    reduce(&least, 2 * size, found);
    if (slots == 2 * size) memcpy(out, found, sizeof *out * 2 * (size_t)size); /* by a few moves, without a call */
    else memcpy(out, found, sizeof *out * (size_t)slots);
}

/* Slot k is the smallest first + k * second. Overwrites the hashes. */
CLONES static void minima16(uint16_t *restrict first, const uint16_t *restrict second, int64_t full, int64_t slots,
                            uint16_t *restrict out)
{
    for (int64_t taken; slots > 0; slots -= taken, out += taken) {
        taken = slots < SLOTS ? slots : SLOTS;
        if (slots > 3 * SLOTS / 4) take_tiles(first, second, full, TILE, taken, out);
        else take_tiles(first, second, full, 3 * TILE / 4, taken, out);
    }
}

CLONES static void minima32(const uint32_t *restrict hashes, int64_t count, int64_t slots, uint32_t *restrict out)
{
    for (int64_t begin = 0; begin < slots; begin += SLOTS) {
        uint32_t least[SLOTS];
        for (int k = 0; k < SLOTS; k++) least[k] = UINT32_MAX;
        for (int64_t i = 0; i < count; i++) {
            uint32_t second = scramble32(hashes[i] + 0x9E3779B9u) | 1, first = hashes[i] + (uint32_t)begin * second;
            for (int k = 0; k < SLOTS; k++) {
                uint32_t value = first + (uint32_t)k * second;
                least[k] = value < least[k] ? value : least[k];
            }
        }
        memcpy(out + begin, least, sizeof *out * (size_t)(slots - begin < SLOTS ? slots - begin : SLOTS));
    }
}

static inline uint32_t least_of(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    uint32_t left = a < b ? a : b, right = c < d ? c : d;
    return left < right ? left : right;
}

/* Smallest hashes of all windows of WINDOW grams (8 to 12), in order, runs of the same one once. Overwrites the hashes; whole
 * vectors are worked on, for which there is room behind the hashes and the minima of four neighbours. */
CLONES static int64_t winnow(uint32_t *restrict hashes, int64_t count, uint32_t *restrict fours, uint32_t *restrict out)
{
    int64_t windows = count < WINDOW ? count > 0 : count - WINDOW + 1, found = 0;
    if (count < WINDOW) {
        for (int64_t i = 1; i < count; i++) hashes[0] = hashes[i] < hashes[0] ? hashes[i] : hashes[0];
    } else {
        for (int64_t block = 0; block < count; block += GRAMS)
            for (int64_t i = block; i < block + GRAMS; i++)
                fours[i] = least_of(hashes[i], hashes[i + 1], hashes[i + 2], hashes[i + 3]);
        for (int64_t block = 0; block < windows; block += GRAMS)
            for (int64_t i = block; i < block + GRAMS; i++)
                hashes[i] = least_of(fours[i], fours[i + 4], fours[i + WINDOW - 4], fours[i]);
    }
    for (int64_t block = 0; block < windows; block += GRAMS)
        for (int64_t i = block; i < block + GRAMS; i++) fours[i] = hashes[i + 1] != hashes[i];
    int64_t i = 0;
    for (; i + 4 < windows; i += 4) { /* four at a time, for each waits for where the one before went */
        uint32_t *at = out + found, b = fours[i], c = b + fours[i + 1], d = c + fours[i + 2];
        at[0] = hashes[i];
        at[b] = hashes[i + 1];
        at[c] = hashes[i + 2];
        at[d] = hashes[i + 3];
        found += d + fours[i + 3];
    }
    for (; i + 1 < windows; i++) {
        out[found] = hashes[i];
        found += fours[i];
    }
    if (windows) out[found++] = hashes[windows - 1];
    return found;
}

/* ---------------------------------------------------------------- equal texts */

/* Tells texts apart: the hashes of all grams, one of them weighted by its place, so that the order counts. */
CLONES static uint64_t key_of_text(const Text *text)
{
    const uint16_t *restrict first = text->first, *restrict second = text->second;
    uint16_t p = 0, q = 0, weight = 1;
    for (int64_t i = 0, full = filled(text->grams); i < full; i++, weight += 2) {
        p += (uint16_t)(first[i] * weight);
        q += second[i];
    }
    uint64_t begin = text->grams ? first[0] | (uint32_t)second[0] << 16 : 0; /* of a text of few grams the sums keep little */
    return mixed(mixed(0, (uint64_t)text->length), begin << 32 | p | (uint64_t)q << 16);
}

/* The first text that equals this one. */
static int64_t find_first(const Texts *of, Place *table, uint64_t mask, int64_t index, uint64_t key)
{
    int64_t length = length_of(of, index);
    int width = of->width[index];
    uint64_t place = key & mask;
    uint32_t tag = (uint32_t)(key >> 32);
    for (; table[place].id; place = (place + 1) & mask) {
        int64_t other = (int64_t)table[place].id - 1;
        if (table[place].tag == tag && length_of(of, other) == length && of->width[other] == width
            && !memcmp(of->at[index], of->at[other], (size_t)(length * width)))
            return other;
    }
    table[place] = (Place){tag, (uint32_t)index + 1};
    return index;
}

/* One row of a text that was read. */
static void sketch_text(const Text *text, int64_t index, Sketch *to, uint32_t *hashes, uint32_t *fours)
{
    int64_t used = to->bounds[to->rows];
    if (to->prints || text->length > to->beyond) join_hashes(text, hashes);
    if (text->length > to->beyond) minima32(hashes, text->grams, to->slots, to->wide + to->long_rows++ * to->slots);
    minima16(text->first, text->second, filled(text->grams), to->slots, to->narrow + to->rows * to->slots);
    if (to->prints) used += winnow(hashes, text->grams, fours, to->prints + used);
    to->index[to->rows++] = index;
    to->bounds[to->rows] = used;
}

int sketch_all(const Texts *of, Sketch *to)
{
    Text text[READ] = {{0}}; /* two are read ahead: to fetch their places in the table, then the texts that stand there */
    uint64_t mask = to->first ? table_size(of->texts) - 1 : 0, key[READ];
    int64_t longest = 0;
    for (int64_t i = 0; i < of->texts; i++) longest = length_of(of, i) > longest ? length_of(of, i) : longest;
    size_t room = (size_t)longest + 2 * GRAMS;
    uint32_t *hashes = calloc(room * 2, 4);
    Place *table = to->first ? reserve((mask + 1) * sizeof *table) : NULL;
    int failed = !hashes || (to->first && !table);
    for (int i = 0; i < READ; i++) failed |= make_text(text + i, longest);
    if (table) memset(table, 0, (mask + 1) * sizeof *table);
    for (int64_t i = 0; i < of->texts + READ - 1 && !failed; i++) {
        if (i < of->texts) {
            if (i + READ < of->texts) fetch_text(of, i + READ, LINES);
            read_text(of, i, to->n, text + i % READ);
            if (table) { key[i % READ] = key_of_text(text + i % READ); PREFETCH(table + (key[i % READ] & mask)); }
        }
        if (table && i && i <= of->texts) {
            const Place *other = table + (key[(i - 1) % READ] & mask);
            if (other->id && other->tag == key[(i - 1) % READ] >> 32) fetch_text(of, (int64_t)other->id - 1, AGAIN);
        }
        int64_t own = i - READ + 1;
        if (own < 0) continue;
        if (table) {
            to->first[own] = find_first(of, table, mask, own, key[own % READ]);
            if (to->first[own] != own || text[own % READ].length < to->n) continue;
        }
        sketch_text(text + own % READ, own, to, hashes, hashes + room);
    }
    for (int i = 0; i < READ; i++) free(text[i].codes);
    free(hashes);
    free(table);
    return failed ? -1 : 0;
}
