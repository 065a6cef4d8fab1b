/* The steps of textclean.minhash that pair texts: those that agree in a band, and those that may hold one another.
 *
 * What is looked up all over is first sorted into parts that a cache can hold, so that the time grows with the texts
 * and not faster.
 */
#include "_kernel.h"
#include <stdlib.h>
#include <string.h>

#define BASE 0x9E3779B1u
#define TOGETHER 8  /* bands whose keys are made in one walk through the signatures */
#define WHOLE 16384 /* keys that are few enough to be looked up without being sorted first */
#define PART 2048   /* keys that are looked up in one another together, where they are more */
#define BITS 10     /* of keys that say the part, at most */
#define BATCH 256   /* pairs compared together */
#define LANES 32    /* slots compared together */

/* ---------------------------------------------------------------- equal keys */

typedef struct { uint32_t start, count, key; } Bucket; /* its members; key: the upper half of theirs */
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

static int make_groups(Groups *of, int64_t keys)
{
    int bits = keys > WHOLE;
    while (bits && bits < BITS && keys >> bits > PART) bits++;
    *of = (Groups){.bits = bits, .sorted = bits ? reserve((size_t)keys * 8) : NULL};
    of->keys = of->sorted;
    return bits && !of->sorted ? -1 : 0;
}

static void free_groups(Groups *of)
{
    free(of->sorted);
    free(of->heads);
}

static uint32_t *end_of(Groups *of, uint64_t key) { return of->ends + (of->bits ? key >> (64 - of->bits) : 0); }

/* From the sizes of the parts to their beginnings; makes room for work on the largest. */
static int lay_out(Groups *of)
{
    uint32_t begin = 0, largest = 0;
    for (int part = 0; part < 1 << of->bits; part++) {
        uint32_t size = of->ends[part];
        of->ends[part] = begin;
        begin += size;
        largest = size > largest ? size : largest;
    }
    size_t most = largest;
    free(of->heads);
    of->heads = malloc(most * 30 + 20 + table_size(largest * 2) * 4);
    if (!of->heads) return -1;
    of->buckets = (Bucket *)(of->heads + most);
    of->again = (uint32_t *)(of->buckets + most / 2 + 1);
    of->members = of->again + 2 * most + 2;
    of->before = of->members + most;
    of->last = of->before + most;
    return 0;
}

/* Sorts keys into parts by their first bits. */
static int sort_keys(Groups *of, const uint64_t *restrict keys, int64_t count)
{
    memset(of->ends, 0, sizeof of->ends);
    if (!of->bits) of->ends[0] = (uint32_t)count;
    else for (int64_t i = 0; i < count; i++) ++*end_of(of, keys[i]);
    if (lay_out(of)) return -1;
    if (!of->bits) { of->keys = keys; of->ends[0] = (uint32_t)count; }
    else for (int64_t i = 0; i < count; i++) of->sorted[(*end_of(of, keys[i]))++] = keys[i];
    return 0;
}

/* Buckets of two and more keys of a part that are equal but for their low bits; these are the members, in order. */
static int64_t find_buckets(Groups *of, int part, int low)
{
    uint32_t from = part ? of->ends[part - 1] : 0, count = of->ends[part] - from, filled = 0, kept = 0;
    uint32_t *restrict again = of->again, *restrict before = of->before, *restrict last = of->last, *restrict keep = of->members;
    Head *restrict heads = of->heads;
    const uint64_t *restrict keys = of->keys + from;
    uint64_t ids = ((uint64_t)1 << low) - 1, size = table_size(count * 2);
    int64_t more = 0, found = 0;
    int shift = 64;
    for (uint64_t rest = size; rest > 1; rest /= 2) shift--;
    memset(last, 0, size * 4);
    for (uint32_t i = 0; i < count; i++) { /* those of one place are linked; most are alone there */
        uint32_t *place = last + (keys[i] << of->bits >> shift);
        before[i] = *place;
        *place = i + 1;
        heads[i] = (Head){UINT32_MAX, 1};
    }
    for (uint32_t i = 0; i < count; i++) {
        keep[kept] = i;
        kept += before[i] > 0;
    }
    for (uint32_t k = 0; k < kept; k++) {
        uint32_t i = keep[k], same = before[i];
        while (same && keys[same - 1] >> low != keys[i] >> low) same = before[same - 1];
        if (!same) continue;
        uint32_t head = heads[same - 1].count ? same - 1 : heads[same - 1].start;
        heads[head].count++;
        heads[i] = (Head){head, 0};
        again[more++] = head;
        again[more++] = i;
    }
    for (int64_t i = 0; i < more; i += 2) {
        Head *head = heads + again[i];
        if (head->start == UINT32_MAX) { /* from here on it counts those who are in */
            of->buckets[found++] = (Bucket){filled, head->count, (uint32_t)(keys[again[i]] >> 32)};
            of->members[filled] = (uint32_t)(keys[again[i]] & ids);
            head->start = filled;
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
    for (int64_t at = 0; at < slots; at += LANES) {
        uint16_t part = 0;
        int64_t end = slots - at < LANES ? slots - at : LANES;
        if (end == LANES) for (int k = 0; k < LANES; k++) part += a[at + k] == b[at + k];
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

/* Of so many slots, a number of 64 bits after another. */
static inline uint64_t key_of(const void *row, int width, int64_t rows)
{
    uint64_t key = 0;
    for (int64_t k = 0, step = 8 / width; k < rows; k += step) {
        uint64_t word = 0;
        for (int64_t j = 0; j < step && k + j < rows; j++)
            word |= (uint64_t)(width == 2 ? ((const uint16_t *)row)[k + j] : ((const uint32_t *)row)[k + j]) << (8 * width * j);
        key = mixed(key, word);
    }
    return key;
}

/* Keys of several bands, one band after the other, without the bits that make room for the text's index. The usual
 * sizes of a band are known to the compiler. */
static void make_keys(const Meeting *of, int64_t band, int64_t bands, int low, uint64_t *restrict keys)
{
    int64_t step = of->rows * of->width;
    int usual = of->width == 2 && (of->rows == 3 || of->rows == 4) ? (int)of->rows : 0;
    for (int64_t i = 0; i < of->count; i++) {
        const char *row = (const char *)of->signature + i * of->slots * of->width + band * step;
        for (int64_t k = 0; k < bands; k++, row += step) {
            uint64_t key = usual == 3 ? key_of(row, 2, 3) : usual == 4 ? key_of(row, 2, 4) : key_of(row, of->width, of->rows);
            keys[k * of->count + i] = key << low | (uint64_t)i;
        }
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
        for (int part = 0; part < 1 << groups.bits && !failed; part++) {
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

/* Counts the fingerprints of each part, or puts them there: scrambled, so that among those as rare any may come first, with the
 * rank of the text. */
static void place_prints(const Holding *of, Groups *groups, int placing)
{
    uint32_t *restrict ends = groups->ends;
    uint64_t *restrict sorted = groups->sorted;
    const uint32_t *restrict prints = of->prints;
    const int64_t *restrict bounds = of->bounds, *restrict order = of->order;
    int shift = 32 - groups->bits;
    for (int64_t i = 0; i < of->texts; i++) {
        const uint32_t *soon = prints + bounds[order[i + 4 < of->texts ? i + 4 : i]];
        for (int line = 0; line < 3; line++) PREFETCH(soon + 16 * line);
        for (int64_t k = bounds[order[i]], end = bounds[order[i] + 1]; k < end; k++) {
            uint32_t value = prints[k] * BASE, place = ends[value >> shift]++;
            if (placing) sorted[place] = (uint64_t)value << 32 | (uint64_t)i;
        }
    }
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
    int failed = make_groups(&groups, total > WHOLE ? total : WHOLE + 1 /* in parts */) || !prints.buckets || !prints.members || !met || !prints.begin
                 || !prints.hits || !found->places || total >= UINT32_MAX;
    if (!failed) place_prints(of, &groups, 0);
    failed = failed || lay_out(&groups);
    if (!failed) place_prints(of, &groups, 1);
    for (int part = 0; part < 1 << groups.bits && !failed; part++) keep_shared(&prints, &groups, part);
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
