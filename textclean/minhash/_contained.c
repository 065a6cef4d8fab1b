/* Pairs of texts of which one may hold the other: those that share fingerprints. */
#include "_kernel.h"
#include <stdlib.h>
#include <string.h>

#define BASE 0x9E3779B1u /* scrambles a fingerprint before it is sorted */
#define PICK 0x85EBCA77u /* and before it is picked to ask by */

typedef struct { uint32_t start, count, marked; } Shared; /* a fingerprint: who have it; whether they are marked as crowded */
typedef struct { uint32_t shared, place; } Entry;         /* one by which a text asks; its place among those who have it */
typedef struct {
    Shared *shared;
    Entry *entries;
    uint32_t *members, *begin, *asking, *hits, *met; /* by rank: where the entries begin, and how many fingerprints ask */
    int64_t count, filled;
} Prints;

static inline int64_t prints_of(const Holding *of, int64_t rank) { return of->bounds[of->order[rank] + 1] - of->bounds[of->order[rank]]; }

/* The fingerprints of a text; those of a later one are fetched. */
static inline const uint32_t *begin_of(const Holding *of, int64_t rank)
{
    const uint32_t *soon = of->prints + of->bounds[of->order[rank + 4 < of->texts ? rank + 4 : rank]];
    for (int line = 0; line < 3; line++) PREFETCH(soon + 16 * line);
    return of->prints + of->bounds[of->order[rank]];
}

/* Whether a text of so many fingerprints asks by this one. */
static inline uint64_t asks(uint32_t print, int64_t prints) { return (uint64_t)(print * PICK) * (uint64_t)prints < (uint64_t)ASKS << 32; }

/* The fingerprints that some text asks for, and few others: text after text, ends where those of each end. */
CLONES static void choose_prints(const Holding *of, uint64_t *restrict marks, uint32_t mask, uint32_t *restrict out, uint32_t *restrict ends)
{
    uint32_t used = 0;
    for (int64_t i = 0; i < of->texts; i++) {
        const uint32_t *own = begin_of(of, i);
        int64_t count = prints_of(of, i);
        for (int64_t k = 0; k < count; k++) {
            out[used] = own[k];
            used += (uint32_t)asks(own[k], count);
        }
    }
    for (uint32_t k = 0; k < used; k++) marks[(out[k] & mask) >> 6] |= (uint64_t)1 << (out[k] & 63);
    used = 0;
    for (int64_t i = 0; i < of->texts; i++) {
        const uint32_t *own = begin_of(of, i);
        for (int64_t k = 0, count = prints_of(of, i); k < count; k++) {
            out[used] = own[k];
            used += marks[(own[k] & mask) >> 6] >> (own[k] & 63) & 1;
        }
        ends[i] = used;
    }
}

/* Sorts them into parts, scrambled, with the rank of the text and whether it asks. */
CLONES static int sort_prints(const Holding *of, Groups *groups, const uint32_t *restrict chosen, const uint32_t *restrict bounds,
                       uint32_t *restrict asking)
{
    uint32_t *restrict ends = groups->ends;
    int shift = 32 - groups->bits;
    for (uint32_t k = 0, count = of->texts ? bounds[of->texts - 1] : 0; k < count; k++) ends[chosen[k] * BASE >> shift]++;
    if (lay_out(groups)) return -1;
    uint64_t *restrict sorted = groups->sorted;
    for (int64_t i = 0, k = 0; i < of->texts; i++)
        for (int64_t count = prints_of(of, i); k < bounds[i]; k++) {
            uint32_t value = chosen[k] * BASE, place = ends[value >> shift]++;
            uint64_t own = asks(chosen[k], count);
            sorted[place] = (uint64_t)value << 32 | (uint64_t)i << 1 | own;
            asking[i] += (uint32_t)own;
        }
    return 0;
}

/* Keeps the fingerprints by which a text asks and that one before it has; what a text has twice counts once. */
static void keep_shared(Prints *to, Groups *groups, int part)
{
    int64_t found = find_buckets(groups, part, 32);
    for (int64_t i = 0; i < found; i++) {
        Shared own = {(uint32_t)to->filled, 0, 0};
        const uint32_t *members = groups->members + groups->buckets[i].start;
        uint32_t *out = to->members + to->filled, asked = 0;
        for (uint32_t k = 0; k < groups->buckets[i].count; k++) {
            if (k && members[k] == members[k - 1]) {
                to->asking[members[k] >> 1] -= members[k] & 1;
            } else {
                asked += own.count && members[k] & 1;
                out[own.count++] = members[k];
            }
        }
        if (!asked) continue;
        for (uint32_t k = 1; k < own.count; k++) to->begin[out[k] >> 1] += out[k] & 1;
        to->filled += own.count;
        to->shared[to->count++] = own;
    }
}

/* From fingerprints with their texts to texts with their fingerprints. */
static int list_entries(Prints *of, int64_t texts)
{
    uint32_t begin = 0;
    for (int64_t i = 0; i <= texts; i++) of->begin[i] = begin += of->begin[i];
    of->entries = reserve((size_t)begin * sizeof *of->entries + 8);
    if (!of->entries) return -1;
    for (uint32_t i = 0; i < of->count; i++) {
        uint32_t *members = of->members + of->shared[i].start;
        for (uint32_t k = 0; k < of->shared[i].count; k++) {
            if (k && members[k] & 1) of->entries[--of->begin[members[k] >> 1]] = (Entry){i, k};
            members[k] >>= 1;
        }
    }
    return 0;
}

/* Looks up the containers of one text. Of a fingerprint that is cut off any may be one. */
static int ask(const Holding *of, Prints *prints, uint32_t rank, Pairs *found)
{
    const Entry *begin = prints->entries + prints->begin[rank], *end = prints->entries + prints->begin[rank + 1];
    uint32_t asking = prints->asking[rank], partly = 0;
    int64_t need = of->need[asking < NEEDS ? asking : NEEDS], all = 0;
    int failed = 0;
    if (end - begin < need) return 0;
    for (const Entry *own = begin; own < end; own++) {
        Shared *shared = prints->shared + own->shared;
        const uint32_t *members = prints->members + shared->start;
        int64_t place = own->place, cut = shared->count > of->room, near = !cut || place < of->window ? 0 : place - of->window;
        for (int64_t k = 0; cut && !shared->marked && k < shared->count; k++) of->crowded[members[k]] = 1;
        shared->marked = 1;
        partly += (uint32_t)cut;
        for (int64_t k = 0; k < place; k++) {
            if (k == of->window && k < near) k = near;
            if (!prints->hits[members[k]]) { prints->met[all++] = members[k]; prints->hits[members[k]] = 1; }
            prints->hits[members[k]] += !cut;
        }
    }
    for (int64_t i = 0; i < all; i++) {
        if (!failed && prints->hits[prints->met[i]] - 1 + partly >= need) failed = add_pair(found, (uint64_t)prints->met[i] << 32 | rank);
        prints->hits[prints->met[i]] = 0;
    }
    return failed;
}

int hold_all(const Holding *of, Pairs *found)
{
    int64_t total = 0, asked = 0, kept = 0;
    for (int64_t i = 0; i < of->texts; i++) {
        total += prints_of(of, i);
        asked += prints_of(of, i) < ASKS ? prints_of(of, i) : ASKS;
    }
    uint64_t bits = table_size(asked * 8), *marks = reserve(bits / 8 + 8);
    size_t ranks = (size_t)of->texts + 1;
    uint32_t *room = calloc(ranks * 4, 4), *chosen = malloc((size_t)total * 4 + 4), *ends = room + 3 * ranks;
    Groups groups = {0};
    Prints prints = { /* what was chosen is sorted before there are members, and its ends before a text is met */
        .members = chosen, .begin = room, .asking = room + ranks, .hits = room + 2 * ranks, .met = ends};
    *found = (Pairs){calloc(1024, 8), 1023, 0};
    int failed = !room || !chosen || !marks || !found->places || total >= UINT32_MAX;
    if (!failed) {
        memset(marks, 0, bits / 8 + 8);
        choose_prints(of, marks, (uint32_t)(bits - 1), chosen, ends);
        kept = of->texts ? ends[of->texts - 1] : 0;
        prints.shared = malloc((size_t)kept / 2 * sizeof *prints.shared + 16);
        failed = make_groups(&groups, kept, 1) || !prints.shared || sort_prints(of, &groups, chosen, ends, prints.asking);
    }
    for (int part = 0; part < 1 << groups.bits && !failed; part++) keep_shared(&prints, &groups, part);
    free_groups(&groups);
    free(marks);
    failed = failed || list_entries(&prints, of->texts);
    for (int64_t i = 0; i < of->texts && !failed; i++) failed = ask(of, &prints, (uint32_t)i, found);
    free(prints.shared);
    free(prints.entries);
    free(chosen);
    free(room);
    return failed ? -1 : 0;
}
