/* What the form of bytes tells of their encoding, before any character is weighed. */
#include "_codes.h"
#include <string.h>

enum { HEAD = 4096, LOOK = 192 }; /* see detection.py */

Look looked(const uint8_t *raw, size_t size)
{
    Look found = {0, 0, 0, 0, 0};
    for (size_t at = 0; at < size; at++) {
        uint8_t lead = raw[at];
        size_t rest = lead < 0xc2 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : 0, i = 1;
        found.high += lead >= 0x80;
        found.rest += (lead & 0xc0) == 0x80;
        while (i <= rest && at + i < size && (raw[at + i] & 0xc0) == 0x80) i++;
        if (!rest || i <= rest) continue;
        found.count++;
        found.taken += (int64_t)rest + 1;
        found.threes += rest == 2;
        found.high += (int64_t)rest;
        found.rest += (int64_t)rest;
        at += rest;
    }
    return found;
}

/* The high bytes of Chinese text in UTF-16; see alignment.py. */
static inline int is_utf16_high(uint8_t byte)
{
    return ((byte >= 0x4e) & (byte < 0xa0)) | (byte == 0) | (byte == 0x20) | (byte == 0x21) | (byte == 0x25) | (byte == 0x30)
           | (byte == 0xff);
}

/* Without a branch inside: how many bytes, each `step` behind the one before, are no such byte. */
static size_t other_bytes(const uint8_t *raw, size_t size, size_t step)
{
    size_t found = 0;
    for (size_t i = 0; i < size; i += step) found += !is_utf16_high(raw[i]);
    return found;
}

int strange_high_bytes(const uint8_t *raw, size_t size, int big)
{
    size_t skip = big ? 0 : size > 0, count = (size - skip + 1) / 2;
    return 50 * other_bytes(raw + skip, size - skip, 2) > count;
}

/* See _utf16_candidates() of detection.py. */
static int may_be_utf16(const uint8_t *raw, size_t size, int zeros)
{
    for (size_t most = 64;; most = 1024) {
        size_t window = size < most ? size : most;
        if ((double)other_bytes(raw, window, 1) <= 0.575 * (double)window + 0.5)
            for (size_t skip = 0; skip < 2 && skip < window; skip++) {
                size_t high = (window - skip + 1) / 2;
                if ((double)other_bytes(raw + skip, window - skip, 2) <= 0.15 * (double)high) return 1;
            }
        if (!zeros || size <= most || most > 64) return 0;
    }
}

/* The bytes of a character that the end cuts off, if all before it is UTF-8. */
static size_t cut_utf8(const uint8_t *raw, size_t size, size_t first)
{
    uint32_t entry;
    for (size_t at = first, taken; at < size; at += taken) {
        taken = 1;
        if (raw[at] < 0x80) continue;
        taken = next_utf8(raw + at, size - at, &entry);
        if (!entry) return at + taken == size && raw[at] >= 0xc2 && raw[at] < 0xf5 ? taken : 0;
    }
    return 0;
}

Form formed(const uint8_t *raw, size_t size)
{
    Form form;
    size_t head = size < HEAD ? size : HEAD, zeros = 0, first = 0;
    int any = memchr(raw, 0, head) != NULL;
    for (size_t i = 0; any && i < head; i++) zeros += !raw[i];
    while (first < size && raw[first] < 0x80) first++;
    form.few_zeros = !any || zeros <= 1 + head / 100;
    form.marked = memchr(raw, 0x1b, size) || memchr(raw, '~', size);
    form.ascii = first == size;
    form.cut = cut_utf8(raw, size, first);
    form.utf16 = may_be_utf16(raw, size, any);
    form.start = form.utf16 || form.ascii ? 0 : first;
    form.look = looked(raw + form.start, size - form.start < LOOK ? size - form.start : LOOK);
    return form;
}
