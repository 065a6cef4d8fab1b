/* How likely the characters are that bytes give in an encoding, and what follows from it. */
#include "_codes.h"
#include <stdlib.h>

#define CUT_START 9.0 /* nats, as all that follow; see ranking.py */
#define CUT_END 6.0
#define LIKELY (-8.3)
#define KEEP 8.0 /* see lines.py */
#define UNLIKELY (-7.8) /* see reading.py */
#define CLEARLY 12.0
#define LOST_BYTE (-15.0) /* see alignment.py */
#define SURROGATE (-10.0)
#define NO_PAIR (-1e9)
enum { ENOUGH = 24, SHORT = 64, LINE_WINDOW = 768, WINDOWS = 5, NEAR = 6, FEW = 512 };

static const struct { size_t size; double clear; } windows[WINDOWS]
    = {{96, 60.0}, {192, 25.0}, {768, 25.0}, {3072, 25.0}, {12288, 25.0}};

static inline void weigh_one(Weight *weight, uint32_t point, const uint16_t *costs)
{
    int64_t cost = cost_of(point, costs);
    weight->cost += cost;
    if (point < 0x80) return;
    weight->wide_cost += cost;
    weight->wide++;
    weight->replaced += point == REPLACED;
}

/* Goes no further once all costs more than `limit`. */
static Weight weighed_up_to(int64_t limit, const uint8_t *raw, size_t size, const Codes *codes, const uint16_t *costs)
{
    Weight weight = {0, 0, 0, 0, 0};
    uint32_t entry = 1;
    for (size_t at = 0, taken; at < size && weight.cost <= limit; at += taken) {
        if (codes) {
            size_t begun = at;
            int64_t sum = 0;
            while (at + 1 < size && raw[at] >= 0x80
                   && (int32_t)(entry = codes->two[(raw[at] & 0x7fu) << 8 | raw[at + 1]]) > 0) {
                sum += costs[entry & SHORT_POINT]; /* nearly all are such codes */
                at += 2;
            }
            weight.cost += sum;
            weight.wide_cost += sum;
            weight.wide += (int64_t)(at - begun) / 2;
            if (at == size) break;
        }
        taken = 1;
        if (raw[at] < 0x80) { weigh_one(&weight, raw[at], costs); entry = 1; continue; }
        taken = codes ? next(raw + at, size - at, codes, &entry) : next_utf8(raw + at, size - at, &entry);
        if (!taken) taken = size - at;
        if (entry & PAIR) {
            weigh_one(&weight, entry & 0x7ff, costs);
            weigh_one(&weight, entry >> 11 & 0x3ff, costs);
        } else {
            if ((entry & POINT) == REPLACED) entry = 0;
            weigh_one(&weight, entry ? entry & POINT : REPLACED, costs);
        }
    }
    if (!entry) {
        weight.cost -= costs[REPLACED];
        weight.wide_cost -= costs[REPLACED];
        weight.wide--;
        weight.replaced--;
        weight.cut = 1;
    }
    return weight;
}

Weight weighed(const uint8_t *raw, size_t size, const Codes *codes, const uint16_t *costs)
{
    return weighed_up_to(INT64_MAX, raw, size, codes, costs);
}

/* The same of UTF-16, whole pairs of bytes, whose end counts as any part. */
static Weight weighed_utf16(const uint8_t *raw, size_t size, int big, const uint16_t *costs)
{
    Weight weight = {0, 0, 0, 0, 0};
    for (size_t at = 0; at + 1 < size; at += 2) {
        uint32_t point = big ? (uint32_t)raw[at] << 8 | raw[at + 1] : (uint32_t)raw[at + 1] << 8 | raw[at];
        if (point >= 0xd800 && point < 0xe000) {
            uint32_t low = 0;
            if (at + 3 < size) low = big ? (uint32_t)raw[at + 2] << 8 | raw[at + 3] : (uint32_t)raw[at + 3] << 8 | raw[at + 2];
            if (point < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
                point = 0x10000 + ((point & 0x3ff) << 10 | (low & 0x3ff));
                at += 2;
            } else
                point = REPLACED;
        }
        weigh_one(&weight, point, costs);
    }
    return weight;
}

static const Codes *codes_of(int encoding, const Tables *tables)
{
    return encoding == UTF8 ? NULL : &tables->of[encoding];
}

static Weight weighed_in(int encoding, const uint8_t *raw, size_t size, const Tables *tables)
{
    return encoding < NARROW ? weighed(raw, size, codes_of(encoding, tables), tables->costs)
                             : weighed_utf16(raw, size, encoding == UTF16BE, tables->costs);
}

static double total_of(const Weight *weight) { return (double)-weight->cost / UNITS - CUT_END * (double)weight->cut; }

/* Bytes at the beginning that may be what is left of a character. */
static size_t half_of(int encoding, const uint8_t *raw, size_t size, int cut)
{
    size_t skip = 0;
    if (encoding >= NARROW) return 1;
    if (!cut || size <= 2 || raw[0] < 0x80) return 0;
    if (encoding != UTF8) return 1;
    while (skip < 3 && (raw[skip] & 0xc0) == 0x80) skip++;
    return skip;
}

Ranked ranked(const uint8_t *raw, size_t size, size_t start, unsigned tried, const double *favoured, const Tables *tables)
{
    static const int order[] = {UTF8, UTF16LE, UTF16BE, GB18030, BIG5}; /* the first of equals wins */
    Ranked found = {0, 0, 0.0, 0.0, 0, 0, 0};
    for (int window = 0; window < WINDOWS; window++) {
        size_t stop = size - start > windows[window].size ? start + windows[window].size : size;
        int cut = !start && (size < SHORT || (window && found.average < LIKELY));
        double ranks[ENCODINGS] = {0.0}, totals[ENCODINGS];
        Weight weights[ENCODINGS];
        size_t starts[ENCODINGS];
        found.best = found.second = 0;
        for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
            int at = order[i];
            if (!(tried >> at & 1)) continue;
            weights[at] = weighed_in(at, raw + start, stop - start, tables);
            totals[at] = total_of(&weights[at]);
            starts[at] = start;
            size_t skip = half_of(at, raw + start, stop - start, cut);
            if (skip && skip <= stop - start) {
                Weight later = weighed_in(at, raw + start + skip, stop - start - skip, tables);
                double total = total_of(&later) - CUT_START;
                if (total > totals[at]) { totals[at] = total; weights[at] = later; starts[at] = start + skip; }
            }
            ranks[at] = totals[at] + favoured[at];
            if (!found.best || ranks[at] > ranks[found.best]) { found.second = found.best; found.best = at; }
            else if (!found.second || ranks[at] > ranks[found.second]) found.second = at;
        }
        const Weight *weight = &weights[found.best];
        found.gap = ranks[found.best] - ranks[found.second];
        found.start = starts[found.best];
        found.stop = stop;
        found.telling = weight->wide;
        double log = (double)-weight->wide_cost / UNITS;
        if (weight->cost == weight->wide_cost && !weight->replaced) log = totals[found.best];
        else if (weight->replaced) {
            int64_t dropped = weight->replaced < 1 + weight->wide / 20 ? weight->replaced : 1 + weight->wide / 20;
            found.telling -= dropped;
            log += (double)dropped * tables->costs[REPLACED] / UNITS;
        }
        found.average = log / (double)(found.telling > 1 ? found.telling : 1);
        if ((found.gap > windows[window].clear && found.average > LIKELY && found.telling >= ENOUGH)
            || start + windows[window].size >= size)
            break;
    }
    return found;
}

/* Whether all of a line is UTF-8, and some character of it takes three bytes or more. */
static int is_utf8(const uint8_t *raw, size_t size)
{
    uint32_t entry;
    int wide = 0;
    for (size_t at = 0; at < size;) {
        if (raw[at] < 0x80) { at++; continue; }
        at += next_utf8(raw + at, size - at, &entry);
        if (!entry) return 0;
        wide |= entry >= 0x800;
    }
    return wide;
}

static int is_news(const uint8_t *raw, size_t size, const Codes *codes)
{
    uint32_t entry = 1, seen = 0;
    for (size_t at = 0; at < size;) {
        while (at + 1 < size && raw[at] >= 0x80
               && (int32_t)(entry = codes->two[(raw[at] & 0x7fu) << 8 | raw[at + 1]]) > 0) {
            seen |= entry;
            at += 2;
        }
        if (seen & FOREIGN) return 0;
        if (at == size) return 1;
        if (raw[at] < 0x80) { at++; continue; }
        at += next(raw + at, size - at, codes, &entry);
        if (!entry) return 0;
        seen |= entry;
    }
    return !(seen & FOREIGN);
}

/* The encoding of a line that is not ASCII only; `doubtful`: something may be bad or foreign in it. */
static int judge_line(const uint8_t *raw, size_t size, int own, int doubtful, const Tables *tables)
{
    if (is_utf8(raw, size)) return UTF8;
    if (own == GB18030 && (!doubtful || is_news(raw, size, &tables->of[GB18030]))) return own;
    if (size > LINE_WINDOW) size = LINE_WINDOW;
    Weight weight = weighed(raw, size, codes_of(own, tables), tables->costs);
    double most = total_of(&weight) + KEEP;
    int best = own;
    for (int at = UTF8; at < NARROW; at++) {
        if (at == own) continue;
        /* more than that, and no U+FFFD left out at the end would help */
        int64_t limit = (int64_t)(-most * UNITS) + tables->costs[REPLACED] + 1;
        weight = weighed_up_to(limit, raw, size, codes_of(at, tables), tables->costs);
        double total = total_of(&weight);
        if (weight.cost + (weight.cut ? tables->costs[REPLACED] : 0) > limit) continue;
        if (total > most || (total == most && at < best)) { most = total; best = at; }
    }
    return best;
}

size_t judged(const uint8_t *raw, size_t size, int own, size_t first, size_t last, const Tables *tables, uint8_t *lines)
{
    const uint8_t *line = raw, *end = raw + size;
    size_t count = 0;
    while (line < end) {
        const uint8_t *stop = line;
        int high = 0;
        while (stop < end && *stop != '\n') high |= *stop++;
        if (stop < end) stop++;
        int doubtful = (size_t)(stop - raw) > first && (size_t)(line - raw) < last;
        lines[count++] = (uint8_t)(high < 0x80 ? ASCII : judge_line(line, (size_t)(stop - line), own, doubtful, tables));
        line = stop;
    }
    return count;
}

/* The log-probability of the character that two bytes are, and of the one that the second of them is; see surplus() of
 * alignment.py. Without codes they are UTF-16. */
static inline double in_pair(const uint8_t *raw, const Codes *codes, int big, const uint16_t *costs)
{
    uint32_t point;
    if (!codes->two) {
        point = big ? (uint32_t)raw[0] << 8 | raw[1] : (uint32_t)raw[1] << 8 | raw[0];
        if (point >= 0xd800 && point < 0xe000) return SURROGATE;
    } else {
        if (raw[0] < 0x80) return NO_PAIR;
        if (codes->four && raw[1] >= '0' && raw[1] <= '9') point = REPLACED; /* half of a code of four bytes */
        else point = codes->two[(raw[0] & 0x7fu) << 8 | raw[1]];
        if (!point || point & PAIR) return NO_PAIR;
        point &= POINT;
    }
    return -(double)cost_of(point, costs) / UNITS;
}

static inline double alone(uint8_t byte, const Codes *codes, const uint16_t *costs)
{
    return codes->two && byte < 0x80 ? -(double)costs[byte] / UNITS : LOST_BYTE;
}

size_t surplus(const uint8_t *raw, size_t size, const Codes *codes, int big, const uint16_t *costs, uint8_t *paired,
               int64_t *places)
{
    double before = 0.0, here = alone(raw[0], codes, costs);
    size_t found = 0;
    paired[0] = 0;
    for (size_t i = 1; i < size; i++) {
        double together = before + in_pair(raw + i - 1, codes, big, costs);
        double apart = here + alone(raw[i], codes, costs);
        before = here;
        paired[i] = together >= apart;
        here = together >= apart ? together : apart;
    }
    for (size_t at = size; at;) {
        if (paired[--at]) at--;
        else if (!codes->two || raw[at] >= 0x80) places[found++] = (int64_t)at;
    }
    return found;
}

/* What `size` bytes at `raw` read without those left out, which are told from the last on: the cost, or -1 where that is
 * not for tables to say. 0: some code would not be written back. */
static int64_t cost_without(const uint8_t *raw, size_t size, const int64_t *left_out, size_t count, const Codes *codes,
                            const uint16_t *costs)
{
    int64_t cost = (int64_t)count * costs[REPLACED];
    for (size_t at = 0; at < size;) {
        if (count && left_out[count - 1] == (int64_t)at) { count--; at++; continue; }
        if (raw[at] < 0x80) { cost += costs[raw[at++]]; continue; }
        uint32_t entry = at + 1 < size ? codes->two[(raw[at] & 0x7fu) << 8 | raw[at + 1]] : 0;
        if (!entry || entry & PAIR) return -1;
        if (entry & TWICE) return 0;
        cost += costs[entry & SHORT_POINT];
        at += 2;
    }
    return cost;
}

int shifted(const uint8_t *raw, size_t behind, size_t place, size_t size, const Codes *codes, const uint16_t *costs,
            Shifted *found)
{
    size_t starts[FEW], count = 0, sign = 0, from = place;
    uint16_t cost[FEW];
    /* to a byte that is in no code, but far enough for what is near */
    while (from > behind && (raw[from - 1] >= '0' || place - from < 4 * NEAR)) from--;
    for (size_t at = from; at < place;) {
        uint32_t entry = raw[at];
        size_t taken = entry < 0x80 ? 1 : next(raw + at, place - at, codes, &entry);
        if (!entry != !raw[at] || entry & PAIR) return ASK;
        starts[count % FEW] = at;
        cost[count++ % FEW] = (uint16_t)cost_of(entry & POINT, costs);
        if (entry < 0x40) sign = count;
        at += taken;
    }
    size_t near = count < NEAR ? count : NEAR;
    int64_t sum = 0;
    for (size_t i = count - near; i < count; i++) sum += cost[i % FEW];
    if ((double)-sum / UNITS >= UNLIKELY * (double)near) return 0;
    if (count > FEW && sign < count - FEW) sign = count - FEW;
    if (sign == count) return 0;
    size_t first = starts[sign % FEW], whole = place + size - first;
    sum = (int64_t)size * costs[REPLACED];
    for (size_t i = sign; i < count; i++) sum += cost[i % FEW];
    found->characters = (int64_t)(count - sign);
    found->bytes = (int64_t)(place - first);
    found->left_out = malloc(whole * (sizeof *found->left_out + 1));
    if (!found->left_out) return -1;
    found->count = surplus(raw + first, whole, codes, 0, costs, (uint8_t *)(found->left_out + whole), found->left_out);
    if (found->count == size && found->left_out[size - 1] == (int64_t)(place - first)) return 0;
    int64_t new = cost_without(raw + first, whole, found->left_out, found->count, codes, costs);
    if (new < 0) return ASK;
    return new && !((double)-new / UNITS < (double)-sum / UNITS + CLEARLY);
}
