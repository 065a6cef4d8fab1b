/* Equal keys of 64 bits, for the steps of textclean.minhash that pair texts.
 *
 * What is looked up all over is first sorted into parts that a cache can hold, so that the time grows with the keys and not
 * faster.
 */
#include "_kernel.h"
#include <stdlib.h>
#include <string.h>

#define PART 2048 /* keys that are looked up in one another together, where they are more */

int make_groups(Groups *of, int64_t keys, int in_parts)
{
    int bits = in_parts || keys > WHOLE;
    while (bits && bits < BITS && keys >> bits > PART) bits++;
    *of = (Groups){.bits = bits, .sorted = bits ? reserve((size_t)keys * 8 + 8) : NULL};
    of->keys = of->sorted;
    return bits && !of->sorted ? -1 : 0;
}

void free_groups(Groups *of)
{
    free(of->sorted);
    free(of->heads);
}

static uint32_t *end_of(Groups *of, uint64_t key) { return of->ends + (of->bits ? key >> (64 - of->bits) : 0); }

int lay_out(Groups *of)
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
    of->heads = malloc(most * 28 + 16 + table_size(largest * 2) * 4);
    if (!of->heads) return -1;
    of->buckets = (Bucket *)(of->heads + most);
    of->again = (uint32_t *)(of->buckets + most / 2 + 1);
    of->members = of->again + 2 * most + 2;
    of->before = of->members + most;
    of->last = of->before + most;
    return 0;
}

int sort_keys(Groups *of, const uint64_t *restrict keys, int64_t count)
{
    memset(of->ends, 0, sizeof of->ends);
    if (!of->bits) of->ends[0] = (uint32_t)count;
    else for (int64_t i = 0; i < count; i++) ++*end_of(of, keys[i]);
    if (lay_out(of)) return -1;
    if (!of->bits) { of->keys = keys; of->ends[0] = (uint32_t)count; }
    else for (int64_t i = 0; i < count; i++) of->sorted[(*end_of(of, keys[i]))++] = keys[i];
    return 0;
}

int64_t find_buckets(Groups *of, int part, int low)
{
    uint32_t from = part ? of->ends[part - 1] : 0, count = of->ends[part] - from, filled = 0, kept = 0;
    uint32_t *restrict again = of->again, *restrict before = of->before, *restrict last = of->last, *restrict keep = of->members;
    Head *restrict heads = of->heads;
    const uint64_t *restrict keys = of->keys + from;
    uint64_t ids = ((uint64_t)1 << low) - 1, size = table_size(count * 2);
    int64_t more = 0, found = 0;
    int shift = 64;
    for (uint64_t rest = size; rest > 1; rest /= 2) shift--;
    if (shift < low + of->bits) shift = low + of->bits;
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
            of->buckets[found++] = (Bucket){filled, head->count};
            keep[filled] = (uint32_t)(keys[again[i]] & ids);
            head->start = filled;
            filled += head->count;
            head->count = 1;
        }
        keep[head->start + head->count++] = (uint32_t)(keys[again[i + 1]] & ids);
    }
    return found;
}
