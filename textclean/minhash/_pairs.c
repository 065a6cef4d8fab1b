/* Pairs of texts whose signatures agree in a band. */
#include "_kernel.h"
#include <stdlib.h>
#include <string.h>

#define TOGETHER 4 /* bands whose keys are made in one walk through signatures that no cache holds */
#define BATCH 256  /* pairs compared together */
#define LANES 32   /* slots compared together */

static uint64_t *place_in(const Pairs *set, uint64_t pair)
{
    uint64_t at = mixed(0, pair) & set->mask;
    while (set->places[at] && set->places[at] != pair) at = (at + 1) & set->mask;
    return set->places + at;
}

int add_pair(Pairs *set, uint64_t pair)
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

static inline const char *row_of(const Meeting *of, int64_t text)
{
    return (const char *)of->signature + (of->index ? of->index[text] : text) * of->slots * of->width;
}

/* Keys of several bands, one band after the other, without the bits that make room for the text's index. The usual
 * sizes of a band are known to the compiler. */
static INLINED void make_keys(const Meeting *of, int64_t band, int64_t bands, int low, uint64_t *restrict keys)
{
    int64_t step = of->rows * of->width;
    int usual = of->width == 2 && (of->rows == 3 || of->rows == 4) ? (int)of->rows : 0;
    for (int64_t i = 0; i < of->count; i++) {
        const char *row = row_of(of, i) + band * step;
        for (int64_t k = 0; k < bands; k++, row += step) {
            uint64_t key = usual == 3 ? key_of(row, 2, 3) : usual == 4 ? key_of(row, 2, 4) : key_of(row, of->width, of->rows);
            keys[k * of->count + i] = key << low | (uint64_t)i;
        }
    }
}

typedef struct { uint64_t pairs[BATCH]; int count; } Batch; /* so that what they need can be fetched ahead */

static int compare(const Meeting *of, Batch *batch, Pairs *found)
{
    int64_t size = of->slots * of->width, fresh = 0;
    int failed = 0;
    for (int i = 0; i < batch->count; i++) PREFETCH(found->places + (mixed(0, batch->pairs[i]) & found->mask));
    for (int i = 0; i < batch->count; i++) {
        uint64_t pair = batch->pairs[i];
        if (*place_in(found, pair)) continue;
        batch->pairs[fresh++] = pair;
        const char *a = row_of(of, (int64_t)(pair >> 32)), *b = row_of(of, (int64_t)(uint32_t)pair);
        for (int64_t at = 0; at < size; at += 64) {
            PREFETCH(a + at);
            PREFETCH(b + at);
        }
    }
    for (int64_t i = 0; i < fresh && !failed; i++) {
        const void *a = row_of(of, (int64_t)(batch->pairs[i] >> 32)), *b = row_of(of, (int64_t)(uint32_t)batch->pairs[i]);
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
    for (int64_t i = 0; i < residents && residents > of->room; i++) of->crowded[members[i]] = 1;
    for (int64_t i = 1; i < count && !failed; i++) {
        int64_t before = i < residents ? i : residents, near = residents <= of->room || before < of->window ? 0 : before - of->window;
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
    int64_t together = of->count > WHOLE ? TOGETHER : 1;
    uint64_t *keys = reserve((size_t)(of->count * together) * 8 + 8);
    *found = (Pairs){calloc(1024, 8), 1023, 0};
    int failed = make_groups(&groups, of->count, 0) || !keys || !found->places, low = 1;
    batch.count = 0;
    while ((uint64_t)of->count >> low) low++;
    for (int64_t band = 0; band < of->bands && !failed; band++) {
        int64_t more = of->bands - band < together ? of->bands - band : together, place = band % together;
        if (together == 1) make_keys(of, band, 1, low, keys); /* one, as the compiler then knows */
        else if (!place) make_keys(of, band, more, low, keys);
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
