/* Bytes as text, with the places of what cannot be read. */
#include "_codes.h"
#include <stdlib.h>

/* Notes `size` bytes, with those right before them if they join. 0: no memory. */
static int note(Text *found, size_t character, size_t byte, size_t size, int joins)
{
    if (joins && found->count) {
        Place *before = &found->places[found->count - 1];
        if (before->byte + before->size == (int64_t)byte) return before->size += (int64_t)size, 1;
    }
    if (found->count == found->room) {
        size_t room = found->room ? 2 * found->room : 16;
        Place *more = realloc(found->places, room * sizeof *more);
        if (!more) return 0;
        found->places = more;
        found->room = room;
    }
    found->places[found->count++] = (Place){(int64_t)character, (int64_t)byte, (int64_t)size};
    return 1;
}

/* Whether the comma or the full stop of UTF-8 stands anywhere. Blocks without a branch inside. */
static int has_signs(const uint8_t *raw, size_t size)
{
    uint8_t found = 0;
    for (size_t i = 0; i + 2 < size && !found;)
        for (size_t stop = i + 1024 < size - 2 ? i + 1024 : size - 2; i < stop; i++)
            found |= ((raw[i] == 0xef) & (raw[i + 1] == 0xbc) & (raw[i + 2] == 0x8c))
                     | ((raw[i] == 0xe3) & (raw[i + 1] == 0x80) & (raw[i + 2] == 0x82));
    return found;
}

int read_codes(const uint8_t *raw, size_t size, const Codes *codes, int alone, Text *found)
{
    const uint32_t *two = codes->two;
    uint32_t *out = found->text, flags = 0, entry;
    int wide = 0, bad = 0; /* what the character before is */
    for (size_t at = 0; at < size;) {
        uint32_t seen = 0;
        const uint32_t *begun = out;
        while (at + 1 < size && raw[at] >= 0x80 && (int32_t)(entry = two[(raw[at] & 0x7fu) << 8 | raw[at + 1]]) > 0) {
            *out++ = entry & POINT; /* nearly all are such codes */
            seen |= entry;
            at += 2;
        }
        flags |= seen;
        if (out > begun) { wide = 1; bad = 0; }
        if (at == size) break;
        uint8_t lead = raw[at];
        if (lead < 0x80) {
            if (alone && wide && lead >= '@' && lead < 0x7f && at + 1 < size && raw[at + 1] >= 0x80
                && !note(found, (size_t)(out - found->text), at, 1, 0))
                return 0;
            *out++ = lead;
            wide = bad = 0;
            at++;
            continue;
        }
        wide = 1;
        size_t taken = next(raw + at, size - at, codes, &entry);
        if (!entry) {
            if (!note(found, (size_t)(out - found->text), at, 1, bad)) return 0;
            *out++ = REPLACED;
            bad = 1;
            at++;
            continue;
        }
        if (entry & PAIR) {
            *out++ = entry & 0x7ff;
            *out++ = entry >> 11 & 0x3ff;
        } else
            *out++ = entry & POINT;
        flags |= entry;
        bad = 0;
        at += taken;
    }
    if (has_signs(raw, size)) flags |= UTF8_SIGNS;
    found->length = (size_t)(out - found->text);
    found->flags = flags & ~(POINT | PAIR);
    return 1;
}

int read_utf8(const uint8_t *raw, size_t size, Text *found)
{
    uint32_t *out = found->text, entry;
    for (size_t at = 0; at < size;) {
        while (at + 2 < size && raw[at] > 0xe0 && raw[at] < 0xed && (raw[at + 1] & 0xc0) == 0x80
               && (raw[at + 2] & 0xc0) == 0x80) { /* nearly all of Chinese */
            *out++ = (raw[at] & 0x0fu) << 12 | (raw[at + 1] & 0x3fu) << 6 | (raw[at + 2] & 0x3fu);
            at += 3;
        }
        if (at == size) break;
        if (raw[at] < 0x80) {
            *out++ = raw[at++];
            continue;
        }
        size_t taken = next_utf8(raw + at, size - at, &entry);
        if (entry) *out++ = entry;
        else {
            if (!note(found, (size_t)(out - found->text), at, taken, 1)) return 0;
            for (size_t i = 0; i < taken; i++) *out++ = REPLACED;
        }
        at += taken;
    }
    found->length = (size_t)(out - found->text);
    return 1;
}
