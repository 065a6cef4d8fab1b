/* The steps of textclean.minhash that touch characters, over plain buffers: what the NumPy functions do, bit for bit.
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

#define GRAMS 16   /* grams of a text taken together */
#define WINDOW 10  /* grams a window of winnowing */
#define LANES 4    /* of a hash of bytes */

void *reserve(size_t size)
{
    char *room = malloc(size);
#ifdef MADV_HUGEPAGE
    size_t skip = (size_t)(-(uintptr_t)room & 4095);
    if (room && size >= (size_t)4 << 20) (void)madvise(room + skip, size - skip, MADV_HUGEPAGE);
#endif
    return room;
}

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

/* The hash of each n-gram of a text: a polynomial in BASE, scrambled. The usual size is known to the compiler; then the
 * last lanes are filled up with what follows, so that there is room for 2 * GRAMS more in codes and out. */
CLONES static void hash_grams(const uint32_t *restrict codes, int64_t length, int64_t n, uint32_t *restrict out)
{
    int64_t size = length < n ? length : n, count = grams_in(length, n);
    int64_t full = (count + GRAMS - 1) / GRAMS * GRAMS;
    if (size == 5) for (int64_t i = 0; i < full; i++) out[i] = hash_gram(codes + i, 5);
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
        for (int64_t reach = 1, step; reach < WINDOW; reach += step) { /* minima of 2, 4, 8 … neighbours */
            step = reach < WINDOW - reach ? reach : WINDOW - reach;
            windows -= step;
            for (int64_t i = 0; i < windows; i++)
                hashes[i] = hashes[i + step] < hashes[i] ? hashes[i + step] : hashes[i];
        }
    }
    for (int64_t i = 0; i < windows; i++) {
        out[found] = hashes[i];
        found += i + 1 == windows || hashes[i + 1] != hashes[i];
    }
    return found;
}

int sketch_all(const Codes *of, const Sketch *to)
{
    int64_t longest = 0, used = 0;
    for (int64_t i = 0; i < to->count; i++) {
        int64_t length = length_of(of, to->index[i]);
        longest = length > longest ? length : longest;
    }
    uint32_t *codes = calloc((size_t)longest + 2 * GRAMS, 16), *hashes = codes + longest + 2 * GRAMS;
    uint16_t *lanes = (uint16_t *)(hashes + longest + 2 * GRAMS);
    if (!codes) return -1;
    for (int64_t i = 0; i < to->count; i++) {
        int64_t text = to->index[i], length = length_of(of, text), count = grams_in(length, to->n);
        widen(of, text, codes);
        hash_grams(codes, length, to->n, hashes);
        minima16(hashes, count, to->slots, lanes, to->narrow + i * to->slots);
        if (to->row[i] >= 0) minima32(hashes, count, to->slots, to->wide + to->row[i] * to->slots);
        if (to->prints) used += winnow(hashes, count, to->prints + used);
        to->bounds[i + 1] = used;
    }
    free(codes);
    return 0;
}

/* ---------------------------------------------------------------- equal texts */

static uint64_t hash_bytes(const unsigned char *at, int64_t size)
{
    uint64_t h[LANES] = {(uint64_t)size}, word[LANES];
    for (; size > 0; at += sizeof word, size -= (int64_t)sizeof word) {
        if (size < (int64_t)sizeof word) memset(word, 0, sizeof word);
        memcpy(word, at, size < (int64_t)sizeof word ? (size_t)size : sizeof word);
        for (int k = 0; k < LANES; k++) h[k] = h[k] * MIX + word[k];
    }
    for (int k = 1; k < LANES; k++) h[0] = mixed(h[0], h[k]);
    return mixed(0, h[0]);
}

int find_first(const Codes *of, int64_t *first)
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
    uint64_t mask = table_size((own + more) * 4) - 1, at;
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

int count_pairs(const Codes *of, const int64_t *pairs, int64_t count, int64_t n, int64_t *counts)
{
    int64_t most = 0;
    for (int64_t i = 0; i < count; i++) {
        int64_t size = length_of(of, pairs[2 * i]) + length_of(of, pairs[2 * i + 1]);
        most = size > most ? size : most;
    }
    int64_t size = most + 2 * GRAMS;
    uint32_t *room = calloc(((size_t)size * 3 + table_size(most * 4)) * 4 + (size_t)most + 8, 1);
    if (!room) return -1;
    Desk desk = {room, room + size, room + 2 * size, room + 3 * size, (uint8_t *)(room + 3 * size + table_size(most * 4))};
    for (int64_t i = 0; i < count; i++) count_pair(&desk, of, pairs[2 * i], pairs[2 * i + 1], n, counts + 3 * i);
    free(room);
    return 0;
}

