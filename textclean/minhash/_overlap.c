/* What two texts of textclean.minhash share, exactly: no hash decides. */
#include "_kernel.h"
#include <stdlib.h>
#include <string.h>

#ifdef __GNUC__
#define SELDOM __attribute__((noinline))
#else
#define SELDOM
#endif

#ifndef LAST_PLACE
#define LAST_PLACE UINT32_MAX /* after which the table is cleared */
#endif
#define LONG 4096 /* characters of a text for which there is less room, and that should be laid out once */
#define LINES 9   /* cache lines of a text that are fetched */

static uint32_t code_of(const Texts *of, int64_t text, int64_t place)
{
    const char *at = of->at[text];
    return of->width[text] == 1 ? ((const uint8_t *)at)[place]
           : of->width[text] == 2 ? ((const uint16_t *)at)[place] : ((const uint32_t *)at)[place];
}

/* Characters that are the same from two places on. */
static int64_t common(const Texts *of, int64_t left, int64_t from, int64_t right, int64_t other, int64_t most)
{
    int64_t same = 0, width = of->width[left], size = most * width;
    if (width != of->width[right]) {
        while (same < most && code_of(of, left, from + same) == code_of(of, right, other + same)) same++;
        return same;
    }
    const char *a = of->at[left] + from * width, *b = of->at[right] + other * width;
    while (same + 8 <= size && !memcmp(a + same, b + same, 8)) same += 8;
    while (same < size && a[same] == b[same]) same++;
    return same / width;
}

/* The grams of two texts, those of the longer one first. In the table stands base + index + 1 for one of the longer text, and
 * later + index + 1 for one of the other; what is neither is left from pairs before, so that nothing need be cleared, and a text
 * stays while those that follow are compared with it. home says of each gram of the longer text the first one that equals it;
 * before a text is laid out it is each gram itself. */
typedef struct {
    Text text;
    uint32_t *hashes, *home, *table;
    uint8_t *hit, stamp; /* stamped in this pair: hit */
    uint64_t base, later, mask;
    size_t room; /* grams of a text, at most */
    int64_t longer, other, grams, distinct, more; /* the texts; grams of the longer one, of these distinct; grams of the other */
} Desk;

/* Places in the table for so many grams: so many for few that hardly any two meet. */
static uint64_t places_for(int64_t grams) { return table_size(grams < LONG ? grams * 16 : grams * 2 + 16 * LONG); }

static inline uint64_t place_of(const Desk *desk, int64_t gram)
{
    uint32_t hash = desk->hashes[gram];
    return (hash >> 16 | hash << 16) & desk->mask; /* first the half that is scrambled */
}

static inline int is_taken(const Desk *desk, uint32_t held)
{
    return held > desk->later || held - desk->base - 1 < (uint64_t)desk->grams;
}

static int same_grams(const Desk *desk, const Texts *of, int64_t gram, int64_t other, int64_t n)
{
    int64_t left = gram < desk->grams ? desk->longer : desk->other, right = other < desk->grams ? desk->longer : desk->other;
    return common(of, left, gram < desk->grams ? gram : gram - desk->grams, right,
                  other < desk->grams ? other : other - desk->grams, n) == n;
}

/* From a place that is taken on: the first gram that equals this one, which goes to the first free place if there is none. */
static SELDOM int64_t probe(const Desk *desk, const Texts *of, int64_t gram, int64_t n, uint64_t place)
{
    int64_t own = desk->grams;
    for (uint32_t held; is_taken(desk, held = desk->table[place]); place = (place + 1) & desk->mask) {
        int64_t other = held > desk->later ? own + (int64_t)(held - desk->later) - 1 : (int64_t)(held - desk->base) - 1;
        if (desk->hashes[other] == desk->hashes[gram] && same_grams(desk, of, gram, other, n)) return other;
    }
    desk->table[place] = (uint32_t)((gram < own ? desk->base + (uint64_t)gram : desk->later + (uint64_t)(gram - own)) + 1);
    return gram;
}

/* How many of so many grams of the longer text were not hit before; they are now. */
CLONES static int64_t hit_grams(uint8_t *restrict hit, uint8_t stamp, const uint32_t *restrict home, int64_t count)
{
    int64_t before = 0;
    if (!home) for (int64_t i = 0; i < count; i++) { before += hit[i] == stamp; hit[i] = stamp; }
    else for (int64_t i = 0; i < count; i++) { before += hit[home[i]] == stamp; hit[home[i]] = stamp; }
    return count - before;
}

/* Puts the grams of a text into an empty table with room for as many more. */
static void lay(Desk *desk, const Texts *of, int64_t index, int64_t n)
{
    for (int64_t i = 0; i < desk->grams && desk->distinct != desk->grams; i++) desk->home[i] = (uint32_t)i;
    read_text(of, index, n, &desk->text);
    join_hashes(&desk->text, desk->hashes);
    desk->base = desk->later + (uint64_t)desk->more;
    desk->longer = index;
    desk->distinct = desk->grams = desk->text.grams;
    desk->later = desk->base + (uint64_t)desk->grams;
    desk->mask = places_for(2 * desk->grams) - 1;
    uint32_t *table = desk->table;
    const Desk at = *desk; /* which the table does not change */
    for (int64_t i = 0; i < at.grams; i++) {
        uint64_t place = place_of(&at, i);
        if (table[place] > at.base) {
            int64_t same = probe(desk, of, i, n, place);
            desk->distinct -= same != i;
            desk->home[i] = (uint32_t)same;
        } else {
            table[place] = (uint32_t)(at.base + (uint64_t)i + 1);
        }
    }
}

static double ratio(int64_t part, int64_t whole) { return (double)part / (double)(whole ? whole : 1); }

/* Whether so many shared grams would do, of so many of the longer text and so many more of the other. */
static int enough(const Limits *least, int64_t shared, int64_t on_longer, int64_t on_other)
{
    return ratio(shared, on_longer + on_other) >= least->jaccard || ratio(shared, shared + on_other) >= least->contained;
}

/* Beyond so many distinct grams that only the other text has, it would not do if all the rest of its grams were shared. */
static int64_t most_missing(const Limits *least, int64_t on_longer, int64_t grams)
{
    double near = ((double)grams - least->jaccard * (double)on_longer) / (1 + least->jaccard);
    double inside = least->contained > 1 ? 0 : (1 - least->contained) * (double)grams;
    return 1 + (int64_t)(near > inside ? near : inside); /* one more, as these are rounded */
}

static int64_t longer_of(const Texts *of, const int64_t *pair)
{
    return length_of(of, pair[0]) < length_of(of, pair[1]) ? pair[1] : pair[0];
}

/* Distinct grams shared, of the left and of the right text. Behind a shared gram characters are compared, not grams. Ends
 * early where it would not do. */
static void count_pair(Desk *desk, const Texts *of, const int64_t *pair, int64_t n, const Limits *least, int64_t *counts)
{
    int64_t longer = longer_of(of, pair), turned = longer != pair[0], other = pair[!turned], length = length_of(of, longer);
    int64_t more = grams_in(length_of(of, other), n), size = length < n ? length : n, shared = 0, on_other = 0;
    if (desk->longer == longer) desk->later += (uint64_t)desk->more;
    else lay(desk, of, longer, n);
    desk->more = more;
    int64_t on_longer = desk->distinct, own = desk->grams, end = own + more;
    if (size != (length_of(of, other) < n ? length_of(of, other) : n)) {
        on_other = more; /* a text shorter than n is its only gram */
    } else if (enough(least, more, on_longer, 0)) {
        desk->other = other;
        read_text(of, other, n, &desk->text);
        join_hashes(&desk->text, desk->hashes + own);
        if (!++desk->stamp) {
            memset(desk->hit, 0, desk->room);
            desk->stamp = 1;
        }
        int64_t most = most_missing(least, on_longer, more);
        for (int64_t i = own, run; i < end && on_other <= most; i += run) {
            uint64_t place = place_of(desk, i);
            int64_t same = i;
            if (is_taken(desk, desk->table[place])) same = probe(desk, of, i, size, place);
            else desk->table[place] = (uint32_t)(desk->later + (uint64_t)(i - own) + 1);
            run = 1;
            on_other += same == i;
            if (same >= own) continue;
            run += common(of, longer, same + size, other, i - own + size, (own - same < end - i ? own - same : end - i) - 1);
            shared += on_longer == own ? hit_grams(desk->hit + same, desk->stamp, NULL, run)
                                       : hit_grams(desk->hit, desk->stamp, desk->home + same, run);
        }
    }
    int told = enough(least, shared, on_longer, on_other);
    counts[0] = told ? shared : 0;
    counts[1 + turned] = told ? on_longer : 0;
    counts[2 - turned] = told ? shared + on_other : 0;
}

static int by_value(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* The order in which pairs are compared, if texts are so long that each should be laid out once; else NULL. */
static uint64_t *order_of(const Texts *of, const int64_t *pairs, int64_t count, int64_t longest)
{
    uint64_t *order = longest > LONG && count < UINT32_MAX ? malloc((size_t)count * 8) : NULL;
    for (int64_t i = 0; order && i < count; i++) order[i] = (uint64_t)longer_of(of, pairs + 2 * i) << 32 | (uint64_t)i;
    if (order) qsort(order, (size_t)count, 8, by_value);
    return order;
}

int count_pairs(const Texts *of, const int64_t *pairs, int64_t count, int64_t n, const Limits *least, int64_t *counts)
{
    int64_t longest = 1;
    for (int64_t i = 0; i < 2 * count; i++) longest = length_of(of, pairs[i]) > longest ? length_of(of, pairs[i]) : longest;
    size_t most = (size_t)longest + GRAMS, places = places_for(longest * 2);
    uint32_t *room = calloc((most * 3 + places) * 4 + most, 1);
    uint64_t *order = order_of(of, pairs, count, longest);
    Desk desk = {.hashes = room, .home = room + 2 * most, .table = room + 3 * most, .hit = (uint8_t *)(room + 3 * most + places),
                 .room = most, .longer = -1};
    int failed = make_text(&desk.text, longest) || !room || longest > UINT32_MAX / 16; /* places are told in 32 bits */
    for (size_t i = 0; i < most && !failed; i++) desk.home[i] = (uint32_t)i;
    for (int64_t i = 0; i < count && !failed; i++) {
        int64_t own = order ? (uint32_t)order[i] : i;
        if (i + 4 < count && !order) { fetch_text(of, pairs[2 * i + 8], LINES); fetch_text(of, pairs[2 * i + 9], LINES); }
        if (desk.later + 8 * (uint64_t)longest > LAST_PLACE) {
            memset(desk.table, 0, places * 4);
            desk.later = 0;
            desk.longer = -1;
        }
        count_pair(&desk, of, pairs + 2 * own, n, least, counts + 3 * own);
    }
    free(desk.text.codes);
    free(order);
    free(room);
    return failed ? -1 : 0;
}
