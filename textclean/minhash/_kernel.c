/* The steps of textclean.minhash that touch characters, over plain buffers: what the NumPy functions do, bit for bit.
 *
 * No state is kept between calls. The loops are written so that the compiler vectorises them; where it can, several
 * versions are built of the hottest and the best one for the machine is picked at load time. Whatever is looked up all
 * over is first sorted into parts that a cache can hold, so that the time grows with the texts and not faster.
 */
#define _DEFAULT_SOURCE /* for madvise */
#include "_kernel.h"
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12 \
    && !defined(PLAIN)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#ifdef __linux__
#include <sys/mman.h>
#endif

#define BASE 0x9E3779B1u
#define MIX 0x9E3779B97F4A7C15u
#define TILE 64    /* slots of a signature computed together: what fits in registers */
#define GRAMS 16   /* grams of a text taken together */
#define AHEAD 16   /* table places fetched in advance */
#define TOGETHER 8 /* bands whose keys are made in one walk through the signatures */
#define WINDOW 8   /* grams a window of winnowing */
#define LANES 4    /* of a hash of bytes */
#define PART 2048  /* keys that are looked up in one another together */
#define BITS 10    /* of keys that say the part */
#define SEEN_BITS 14
#define SEEN (1 << SEEN_BITS)
#define BATCH 256  /* pairs compared together */

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

static uint64_t mixed(uint64_t h, uint64_t word) { h = (h ^ word) * MIX; return h ^ h >> 32; }

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

static uint64_t table_size(int64_t entries)
{
    uint64_t size = 16;
    while (size < (uint64_t)entries + (uint64_t)entries / 3) size *= 2;
    return size;
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

/* ---------------------------------------------------------------- equal keys */

typedef struct { uint32_t start, count, key; } Bucket; /* its members; key: the upper half of theirs */
typedef struct {
    uint64_t *sorted; /* the keys in parts, each in its former order */
    uint32_t ends[1 << BITS];
    int shift; /* what is left of a key is the number of its part */
    Bucket *heads, *buckets;
    uint32_t *again, *members, *kept, *table;
    uint8_t *seen; /* SEEN counts to two, each of several keys */
} Groups;

static int make_groups(Groups *of, int64_t keys)
{
    int bits = 1;
    while (bits < BITS && keys >> bits > PART) bits++;
    *of = (Groups){.shift = 64 - bits, .sorted = reserve((size_t)keys * 8 + 8)};
    return of->sorted ? 0 : -1;
}

static void free_groups(Groups *of)
{
    free(of->sorted);
    free(of->heads);
}

/* From the sizes of the parts to their beginnings; makes room for work on the largest. */
static int lay_out(Groups *of)
{
    uint32_t begin = 0, largest = 0;
    for (int part = 0; part < 1 << (64 - of->shift); part++) {
        uint32_t size = of->ends[part];
        of->ends[part] = begin;
        begin += size;
        largest = size > largest ? size : largest;
    }
    size_t most = largest;
    free(of->heads);
    of->heads = malloc(most * 34 + 12 + table_size(largest * 2) * 4 + SEEN);
    if (!of->heads) return -1;
    of->buckets = of->heads + most;
    of->again = (uint32_t *)(of->buckets + most / 2 + 1);
    of->members = of->again + 2 * most;
    of->kept = of->members + most;
    of->table = of->kept + most;
    of->seen = (uint8_t *)(of->table + table_size(largest * 2));
    return 0;
}

/* Sorts keys into parts by their first bits. */
static int sort_keys(Groups *of, const uint64_t *restrict keys, int64_t count)
{
    memset(of->ends, 0, sizeof of->ends);
    for (int64_t i = 0; i < count; i++) of->ends[keys[i] >> of->shift]++;
    if (lay_out(of)) return -1;
    for (int64_t i = 0; i < count; i++) of->sorted[of->ends[keys[i] >> of->shift]++] = keys[i];
    return 0;
}

/* Buckets of two and more keys of a part that are equal but for their low bits; these are the members, in order. */
static int64_t find_buckets(Groups *of, int part, int low)
{
    uint32_t from = part ? of->ends[part - 1] : 0, count = of->ends[part] - from, kept = 0, filled = 0;
    uint32_t *restrict again = of->again, *restrict keep = of->kept, *restrict table = of->table;
    Bucket *restrict heads = of->heads;
    uint8_t *restrict seen = of->seen;
    const uint64_t *restrict keys = of->sorted + from;
    uint64_t ids = ((uint64_t)1 << low) - 1;
    int64_t more = 0, found = 0;
    int skip = 64 - of->shift;
    memset(seen, 0, SEEN);
    for (uint32_t i = 0; i < count; i++) { /* most occur once and need not be looked up */
        uint64_t at = keys[i] << skip >> (64 - SEEN_BITS);
        seen[at] = (uint8_t)(seen[at] | seen[at] << 1 | 1);
    }
    for (uint32_t i = 0; i < count; i++) {
        keep[kept] = i;
        kept += seen[keys[i] << skip >> (64 - SEEN_BITS)] > 1;
    }
    uint64_t mask = table_size(kept * 2) - 1;
    memset(table, 0, (mask + 1) * 4);
    for (uint32_t k = 0; k < kept; k++) {
        uint32_t i = keep[k];
        uint64_t at = ((keys[i] >> low) * MIX >> 40) & mask;
        while (table[at] && keys[table[at] - 1] >> low != keys[i] >> low) at = (at + 1) & mask;
        heads[i] = (Bucket){UINT32_MAX, 1, (uint32_t)(keys[i] >> 32)};
        if (!table[at]) { table[at] = i + 1; continue; }
        again[more++] = table[at] - 1;
        again[more++] = i;
        heads[table[at] - 1].count++;
    }
    for (int64_t i = 0; i < more; i += 2) {
        Bucket *head = heads + again[i];
        if (head->start == UINT32_MAX) { /* from here on it counts those who are in */
            head->start = filled;
            of->buckets[found++] = *head;
            of->members[filled] = (uint32_t)(keys[again[i]] & ids);
            filled += head->count;
            head->count = 1;
        }
        of->members[head->start + head->count++] = (uint32_t)(keys[again[i + 1]] & ids);
    }
    return found;
}

/* ---------------------------------------------------------------- candidates */

static uint64_t *place_in(const Pairs *set, uint64_t pair)
{
    uint64_t at = mixed(0, pair) & set->mask;
    while (set->places[at] && set->places[at] != pair) at = (at + 1) & set->mask;
    return set->places + at;
}

static int add_pair(Pairs *set, uint64_t pair)
{
    if ((uint64_t)set->count * 2 >= set->mask) {
        Pairs more = {calloc((set->mask + 1) * 2, 8), set->mask * 2 + 1, set->count};
        if (!more.places) return -1;
        for (uint64_t i = 0; i <= set->mask; i++)
            if (set->places[i]) *place_in(&more, set->places[i]) = set->places[i];
        free(set->places);
        *set = more;
    }
    uint64_t *place = place_in(set, pair);
    set->count += !*place;
    *place = pair;
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

static inline uint64_t key_of(const void *row, int width, int64_t rows)
{
    uint64_t key = 0;
    for (int64_t k = 0; k < rows; k++) key = key * MIX + (width == 2 ? ((const uint16_t *)row)[k] : ((const uint32_t *)row)[k]);
    key *= MIX;
    return key ^ key >> 32;
}

/* Keys of several bands, one band after the other, without the bits that make room for the text's index. The usual
 * size of a band is known to the compiler. */
static void make_keys(const Meeting *of, int64_t band, int64_t bands, int low, uint64_t *restrict keys)
{
    int64_t step = of->rows * of->width;
    int usual = of->width == 2 && of->rows == 4;
    for (int64_t i = 0; i < of->count; i++) {
        const char *row = (const char *)of->signature + i * of->slots * of->width + band * step;
        for (int64_t k = 0; k < bands; k++, row += step)
            keys[k * of->count + i] = (usual ? key_of(row, 2, 4) : key_of(row, of->width, of->rows)) << low | (uint64_t)i;
    }
}

typedef struct { uint64_t pairs[BATCH]; int count; } Batch; /* so that what they need can be fetched ahead */

static int compare(const Meeting *of, Batch *batch, Pairs *found)
{
    const char *signature = of->signature;
    int64_t size = of->slots * of->width, fresh = 0;
    int failed = 0;
    for (int i = 0; i < batch->count; i++) PREFETCH(found->places + (mixed(0, batch->pairs[i]) & found->mask));
    for (int i = 0; i < batch->count; i++) {
        uint64_t pair = batch->pairs[i];
        if (*place_in(found, pair)) continue;
        batch->pairs[fresh++] = pair;
        for (int64_t at = 0; at < size; at += 64) {
            PREFETCH(signature + (int64_t)(pair >> 32) * size + at);
            PREFETCH(signature + (int64_t)(uint32_t)pair * size + at);
        }
    }
    for (int64_t i = 0; i < fresh && !failed; i++) {
        const void *a = signature + (int64_t)(batch->pairs[i] >> 32) * size;
        const void *b = signature + (int64_t)(uint32_t)batch->pairs[i] * size;
        int64_t same = of->width == 2 ? agree16(a, b, of->slots) : agree32(a, b, of->slots);
        if (same >= of->least) failed = add_pair(found, batch->pairs[i]);
    }
    batch->count = 0;
    return failed;
}

static int meet_in_bucket(const Meeting *of, const uint32_t *members, int64_t count, Batch *batch, Pairs *found)
{
    int64_t residents = count, failed = 0;
    while (residents && members[residents - 1] >= of->residents) residents--;
    for (int64_t i = 0; i < residents && residents > 2 * of->window + 1; i++) of->crowded[members[i]] = 1;
    for (int64_t i = 1; i < count && !failed; i++) {
        int64_t before = i < residents ? i : residents, near = before < of->window ? 0 : before - of->window;
        for (int64_t k = 0; k < before && !failed; k++) {
            if (k == of->window && k < near) k = near;
            if (of->apart && of->apart[members[k]] && of->apart[members[i]]) continue;
            batch->pairs[batch->count++] = (uint64_t)members[k] << 32 | members[i];
            if (batch->count == BATCH) failed = compare(of, batch, found);
        }
    }
    return (int)failed;
}

int meet_all(const Meeting *of, Pairs *found)
{
    Groups groups;
    Batch batch;
    uint64_t *keys = reserve((size_t)of->count * 8 * TOGETHER + 8);
    *found = (Pairs){calloc(1024, 8), 1023, 0};
    int failed = make_groups(&groups, of->count) || !keys || !found->places, low = 1;
    batch.count = 0;
    while ((uint64_t)of->count >> low) low++;
    for (int64_t band = 0; band < of->bands && !failed; band++) {
        int64_t more = of->bands - band < TOGETHER ? of->bands - band : TOGETHER, place = band % TOGETHER;
        if (!place) make_keys(of, band, more, low, keys);
        failed = sort_keys(&groups, keys + place * of->count, of->count);
        for (int part = 0; part < 1 << (64 - groups.shift) && !failed; part++) {
            int64_t buckets = find_buckets(&groups, part, low);
            for (int64_t i = 0; i < buckets && !failed; i++)
                failed = meet_in_bucket(of, groups.members + groups.buckets[i].start, groups.buckets[i].count, &batch, found);
        }
        failed = failed || compare(of, &batch, found);
    }
    free_groups(&groups);
    free(keys);
    return failed ? -1 : 0;
}

/* ---------------------------------------------------------------- candidates for containment */

typedef struct { uint64_t rarity; uint32_t start, place; } Entry; /* a fingerprint that one before has, too; its place in the bucket */
typedef struct { Bucket *buckets; Entry *entries; uint32_t *members, *begin, *hits; uint8_t *cut; int64_t count, filled; } Prints;

/* Keeps the fingerprints that several texts have; what a text has twice counts once. */
static void keep_shared(Prints *to, Groups *groups, int part)
{
    int64_t found = find_buckets(groups, part, 32);
    for (int64_t i = 0; i < found; i++) {
        Bucket *own = to->buckets + to->count;
        const uint32_t *members = groups->members + groups->buckets[i].start;
        *own = (Bucket){(uint32_t)to->filled, 0, groups->buckets[i].key};
        for (uint32_t k = 0; k < groups->buckets[i].count; k++)
            if (!k || members[k] != members[k - 1]) to->members[to->filled + own->count++] = members[k];
        if (own->count < 2) continue;
        for (uint32_t k = 1; k < own->count; k++) to->begin[to->members[to->filled + k]]++;
        to->filled += own->count;
        to->count++;
    }
}

/* From fingerprints with their texts to texts with their fingerprints; begin[i] is where those of text i begin. */
static int list_entries(Prints *of, int64_t texts)
{
    uint32_t begin = 0;
    of->entries = reserve((size_t)of->filled * sizeof *of->entries + 8);
    of->cut = calloc((size_t)of->filled + 1, 1);
    if (!of->entries || !of->cut) return -1;
    for (int64_t i = 0; i <= texts; i++) {
        begin += of->begin[i];
        of->begin[i] = begin;
    }
    for (const Bucket *own = of->buckets; own < of->buckets + of->count; own++)
        for (uint32_t k = 1; k < own->count; k++)
            of->entries[--of->begin[of->members[own->start + k]]] = (Entry){(uint64_t)own->count << 32 | own->key, own->start, k};
    return 0;
}

/* Looks up the containers of one text by its rarest fingerprints that others have too. */
static int ask(const Holding *of, Prints *prints, uint32_t rank, uint32_t *met, Pairs *found)
{
    const Entry *probes[PROBES], *end = prints->entries + prints->begin[rank + 1];
    int64_t asked = 0, partly = 0, size = of->bounds[of->order[rank] + 1] - of->bounds[of->order[rank]], all = 0;
    int failed = 0;
    for (const Entry *own = prints->entries + prints->begin[rank]; own < end; own++) {
        if (asked == PROBES && own->rarity > probes[PROBES - 1]->rarity) continue;
        int64_t at = asked < PROBES ? asked++ : PROBES - 1;
        for (; at && own->rarity < probes[at - 1]->rarity; at--) probes[at] = probes[at - 1];
        probes[at] = own;
    }
    for (int64_t i = 0; i < asked; i++) {
        const uint32_t *members = prints->members + probes[i]->start;
        int64_t count = (int64_t)(probes[i]->rarity >> 32), place = probes[i]->place;
        int64_t near = place < of->window ? 0 : place - of->window, cut = count > 2 * of->window + 1;
        partly += cut;
        for (int64_t k = 0; cut && !prints->cut[probes[i]->start] && k < count; k++) of->crowded[members[k]] = 1;
        prints->cut[probes[i]->start] |= (uint8_t)cut;
        for (int64_t k = 0; k < place; k++) {
            if (k == of->window && k < near) k = near;
            if (!prints->hits[members[k]]++) met[all++] = members[k];
        }
    }
    for (int64_t i = 0; i < all; i++) {
        if (!failed && prints->hits[met[i]] + partly >= of->need[size < PROBES ? size : PROBES])
            failed = add_pair(found, (uint64_t)met[i] << 32 | rank);
        prints->hits[met[i]] = 0;
    }
    return failed;
}

int hold_all(const Holding *of, Pairs *found)
{
    int64_t total = 0;
    for (int64_t i = 0; i < of->texts; i++) total += of->bounds[of->order[i] + 1] - of->bounds[of->order[i]];
    Groups groups;
    Prints prints = {.buckets = malloc((size_t)total / 2 * sizeof(Bucket) + 16), .members = malloc((size_t)total * 4 + 4)};
    uint32_t *met = malloc((size_t)of->texts * 4 + 4);
    prints.begin = calloc((size_t)of->texts + 1, 4);
    prints.hits = calloc((size_t)of->texts + 1, 4);
    *found = (Pairs){calloc(1024, 8), 1023, 0};
    int failed = make_groups(&groups, total) || !prints.buckets || !prints.members || !met || !prints.begin
                 || !prints.hits || !found->places || total >= UINT32_MAX;
    for (int64_t i = 0; i < of->texts && !failed; i++) {
        const uint32_t *soon = of->prints + of->bounds[of->order[i + 4 < of->texts ? i + 4 : i]];
        for (int line = 0; line < 4; line++) PREFETCH(soon + 16 * line);
        for (int64_t k = of->bounds[of->order[i]]; k < of->bounds[of->order[i] + 1]; k++)
            groups.ends[(of->prints[k] * BASE) >> (groups.shift - 32)]++;
    }
    failed = failed || lay_out(&groups);
    for (int64_t i = 0; i < of->texts && !failed; i++) {
        const uint32_t *soon = of->prints + of->bounds[of->order[i + 4 < of->texts ? i + 4 : i]];
        for (int line = 0; line < 4; line++) PREFETCH(soon + 16 * line);
        for (int64_t k = of->bounds[of->order[i]]; k < of->bounds[of->order[i] + 1]; k++) {
            uint32_t value = of->prints[k] * BASE;
            groups.sorted[groups.ends[value >> (groups.shift - 32)]++] = (uint64_t)value << 32 | (uint64_t)i;
        }
    }
    for (int part = 0; part < 1 << (64 - groups.shift) && !failed; part++) keep_shared(&prints, &groups, part);
    free_groups(&groups);
    failed = failed || list_entries(&prints, of->texts);
    for (int64_t i = 0; i < of->texts && !failed; i++) failed = ask(of, &prints, (uint32_t)i, met, found);
    free(prints.buckets);
    free(prints.entries);
    free(prints.members);
    free(prints.begin);
    free(prints.hits);
    free(prints.cut);
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

