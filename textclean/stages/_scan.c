/* What the policies of normalize change for certain, in one walk over a text; and whether some character is of a class.
 *
 * The rules are those of normalize/policies.py, punctuation.py and spaces.py, as far as a few neighbours decide them; the
 * places where they do not are handed back. What a character is, a table tells: a byte for each character of the basic
 * plane and one for all others, and what that byte stands for. A copy of the text is read, so the interpreter's lock is
 * free meanwhile. Written against the stable ABI of CPython 3.11. */

#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { /* kinds of characters; those up to JOINT are looked at, and their classes are from CALLING on */
    POINT = 1, BRACKET = 2, STOP = 4, BLANK = 8, RETURN = 16, LINE = 32, CORNER = 64, ODD = 128, RARE = 256, LOST = 512,
    JOINT = 1024, CHINESE = 2048, CLOSER = 4096, HAN = 8192, KANA = 1 << 14, CLEAR = 1 << 15, WHITE = 1 << 16,
    TIGHT_BEFORE = 1 << 17, TIGHT_AFTER = 1 << 18, EDGE = 1 << 19, SENTENCE = 1 << 20, DATELINE = 1 << 21
};
#define CALLING 128
#define LETTER (HAN | KANA)
#define SIGN_OF(kind) ((kind) >> 24) /* what is written for it, as a place in the tuple */
#define PLANE 0x10000
#define CLASSES (PLANE + 4) /* one for those beyond the plane, padded */
#define TABLE (CLASSES + 256 * 4)

enum { NOTHING, SPACE, TAB }; /* places in the tuple of what is written; the signs come behind */
enum { NEWLINE, BLANKS, WIDTH }; /* places in the tuple of reasons */
enum { REACH = 24, WINDOW = 200, HEAD = 32, SPELLED = 7, SINGLES = 3, ENTITY = 31, WIDE_INDENT = 2, HARD_INDENT = 4 }; /* as in the modules named above */

typedef enum { LEAVE, TAKE, ASK } Verdict;

typedef struct {
    const Py_UCS4 *at;
    int64_t length;
    const uint8_t *classes;
    uint32_t kinds[256];
} Text;

typedef struct {
    int64_t start, end;
    uint8_t asked, sign, reason;
} Row;

typedef struct {
    int64_t start;
    int known, sentence;
} Line;

static uint8_t class_of(const Text *text, Py_UCS4 c) { return text->classes[c < PLANE ? c : PLANE]; }

/* What stands at `i`: beyond the ends, characters of no kind. */
static Py_UCS4 char_at(const Text *text, int64_t i) { return i < 0 || i >= text->length ? 0 : text->at[i]; }

static uint32_t kind_at(const Text *text, int64_t i)
{
    return i < 0 || i >= text->length ? 0 : text->kinds[class_of(text, text->at[i])];
}

static int is_digit(Py_UCS4 c) { return c >= '0' && c <= '9'; }

/* ASCII characters of words, in the sense of regular expressions. */
static int is_word(Py_UCS4 c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static int ends_line(const Text *text, int64_t i)
{
    return i >= text->length || text->at[i] == '\n' || (text->at[i] == '\r' && char_at(text, i + 1) == '\n');
}

/* Whether the first character from `i` on, in steps of 1 or -1, that is not of the kind `clear` is Chinese. */
static int meets_chinese(const Text *text, int64_t i, int step, uint32_t clear)
{
    int left = REACH;
    for (int seen = 0; seen < WINDOW && i >= 0 && i < text->length; seen++, i += step) {
        uint32_t kind = kind_at(text, i);
        if (!(kind & clear)) return (kind & CHINESE) != 0;
        if (!(kind & WHITE) && !--left) return 0;
    }
    return 0;
}

static int ends_entity(const Text *text, int64_t i)
{
    int64_t name = i;
    while (i - name <= ENTITY && is_word(char_at(text, name - 1))) name--;
    if (name == i || i - name > ENTITY) return 0;
    return char_at(text, name - 1) == '&' || (char_at(text, name - 1) == '#' && char_at(text, name - 2) == '&');
}

static int is_letter(Py_UCS4 c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* Whether a sign at `i` and those beside it are a sequence of odd.py. */
static int is_sequence(const Text *text, int64_t i)
{
    Py_UCS4 before = char_at(text, i - 1), after = char_at(text, i + 1);
    switch (text->at[i]) {
    case '.': return after == '.' || (kind_at(text, i - 1) & HAN && kind_at(text, i + 1) & HAN);
    case '-': return after == '-';
    case '"': return ((kind_at(text, i - 1) | kind_at(text, i + 1)) & CHINESE) != 0;
    case '%': return is_digit(before) && (after == '0' || after == 'o' || after == 'O');
    case ':': return is_digit(before) && kind_at(text, i + 1) & WHITE && is_digit(char_at(text, i + 2));
    case 'm': return (after == '2' || after == '3') && (is_digit(before) || before == 'k' || before == 'c' || before == 'd' || before == 'm');
    case '#': return (i == 0 || before == '\n' || before == '#' || before == ' ') && (after == '#' || after == ' ' || after == '\t');
    case '*': return after == '*';
    case ']': return after == '(';
    case '`': return 1;
    case '|':
        if (before == ' ') before = char_at(text, i - 2);
        if (after == ' ') after = char_at(text, i + 2);
        return before == '-' || before == ':' || after == '-' || after == ':';
    case 0xFF0E: return is_letter(before) && is_letter(after);                         /* ． */
    case 0x3007: return is_digit(before) || is_digit(after);                           /* 〇 */
    case 0x4E00: /* 一 after a digit, or 年 日 时 月 点 */
        return is_digit(before) ? is_digit(after)
                                : (after == 0x4E00 || is_digit(after)) && (before == 0x5E74 || before == 0x65E5 || before == 0x65F6 || before == 0x6708 || before == 0x70B9);
    }
    return 0;
}

/* Whether a comma at `i` stands in an English date: March 15, 2024 or 15 March, 2024. */
static int in_english_date(const Text *text, int64_t i)
{
    int64_t at = i - 1;
    if (char_at(text, i + 1) != ' ' || is_digit(char_at(text, i + 6)) || char_at(text, i + 6) == 0x5E74) return 0; /* 年 */
    for (int64_t year = i + 2; year < i + 6; year++)
        if (!is_digit(char_at(text, year))) return 0;
    while (at > i - 3 && is_digit(char_at(text, at))) at--;
    if (at < i - 1) {
        if (char_at(text, at) != ' ') return 0;
        at -= char_at(text, at - 1) == '.' ? 2 : 1;
    }
    return is_letter(char_at(text, at)) && is_letter(char_at(text, at - 1)) && is_letter(char_at(text, at - 2));
}

/* Whether one of , : ; ? ! at `i` becomes wide. */
static int widens(const Text *text, int64_t i)
{
    Py_UCS4 sign = text->at[i], before = char_at(text, i - 1), after = char_at(text, i + 1);
    int parts = sign == ',' || sign == ':';
    if (sign == ';' && ends_entity(text, i)) return 0;
    if (kind_at(text, i - 1) & CHINESE || (kind_at(text, i - 1) & CLOSER && kind_at(text, i - 2) & CHINESE)) return 1;
    if (sign != '!' && kind_at(text, i + 1) & CHINESE) return 1;
    if (parts && is_digit(before) && is_digit(after)
        && !(sign == ',' && is_digit(char_at(text, i + 2)) && is_digit(char_at(text, i + 3)) && is_digit(char_at(text, i + 4))))
        return 0;
    if (sign == ',' && in_english_date(text, i)) return 0;
    if (sign == ':') {
        int64_t next = i + 1;
        if (after == '/' || after == '\\') return 0;
        if (is_digit(before) || (kind_at(text, i - 1) & WHITE && is_digit(char_at(text, i - 2)))) { /* a spaced ratio */
            while (kind_at(text, next) & WHITE) next++;
            if (is_digit(char_at(text, next))) return 0;
        }
    }
    if (meets_chinese(text, i - 1, -1, CLEAR)) return 1;
    return sign != '!' && meets_chinese(text, i + 1, 1, parts ? CLEAR : WHITE);
}

/* Whether a full stop at `i` ends a Chinese line. */
static int ends_chinese_line(const Text *text, int64_t i)
{
    for (int back = 1; back <= 4; back++)
        if (!(kind_at(text, i - back) & HAN)) return 0;
    for (i++; i < text->length; i++) {
        Py_UCS4 c = text->at[i];
        if (c != 0x201D && c != 0x2019 && c != 0x300D && c != 0x300F && c != 0xFF09 && c != ')') break; /* ” ’ 」 』 ） */
    }
    while (i < text->length && (text->at[i] == ' ' || text->at[i] == '\t' || text->at[i] == 0xA0 || text->at[i] == 0x3000)) i++;
    return ends_line(text, i);
}

/* A bracket at `i` becomes wide for certain if the next bracket of the line, or the one before, is its other half and
 * wide, or there is Chinese in between. */
static Verdict bracket(const Text *text, int64_t i)
{
    int opens = text->at[i] == '(', step = opens ? 1 : -1, chinese = 0;
    for (int seen = 0; seen < WINDOW; seen++) {
        Py_UCS4 c = char_at(text, i += step);
        if (i < 0 || i >= text->length || c == '\n') return ASK;
        if (c == (opens ? 0xFF09 : 0xFF08)) return TAKE;                         /* ） （ */
        if (c == (opens ? ')' : '(')) return chinese ? TAKE : ASK;
        if (c == '(' || c == ')' || c == 0xFF08 || c == 0xFF09) return ASK;
        chinese |= (kind_at(text, i) & CHINESE) != 0;
    }
    return ASK;
}

/* Whether one character and two behind it, each near the one before, are rare. */
static int begins_cluster(const Text *text, int64_t i)
{
    for (int more = 0; more < 2; more++) {
        int64_t last = i + 6;
        do i++;
        while (i <= last && i < text->length && text->at[i] != '\n' && !(kind_at(text, i) & RARE));
        if (i > last || !(kind_at(text, i) & RARE)) return 0;
    }
    return 1;
}

/* Whether blanks stand between a number and a Chinese word, and separate no date from it: TAKE if so. */
static Verdict beside_number(const Text *text, int64_t start, int64_t end)
{
    Py_UCS4 before = text->at[start - 1], after = text->at[end];
    if ((is_digit(before) || before == '%') && kind_at(text, end) & LETTER) {
        for (int digits = 1; is_digit(before) && digits <= 2; digits++) { /* a time or a date: 8:05, 3-12 */
            int64_t sign = start - digits - 1;
            Py_UCS4 c = char_at(text, sign), hour = char_at(text, sign - 1), inner = char_at(text, sign + 1);
            if (c != ':' && c != '/' && c != '-') continue;
            if (hour >= 0x80 || inner >= 0x80) return ASK; /* perhaps digits of another script */
            if (is_digit(hour) && is_digit(inner)) return LEAVE;
        }
        int64_t label = end;
        while (label < end + 7 && kind_at(text, label) & HAN) label++;
        Py_UCS4 colon = char_at(text, label);
        return label >= end + 2 && label <= end + 6 && (colon == ':' || colon == 0xFF1A) ? LEAVE : TAKE; /* ： */
    }
    if (is_digit(after) && kind_at(text, start - 1) & LETTER) {
        int64_t behind = end;
        while (is_digit(char_at(text, behind))) behind++;
        Py_UCS4 c = char_at(text, behind);
        if (c == '-' || c == '/' || c == '.' || c == ':' || c == 0x5E74 || kind_at(text, start - 1) & DATELINE) return ASK; /* 年 */
        return c < 0x80 || kind_at(text, behind) & (CHINESE | CLEAR | TIGHT_BEFORE) ? TAKE : ASK;
    }
    return LEAVE;
}

/* Whether blanks at `start` may follow the number or the label that the line from `at` on begins with. */
static int may_follow_head(const Text *text, int64_t at, int64_t start)
{
    if (start - at > HEAD) return 0;
    Py_UCS4 last = text->at[start - 1];
    if (!is_digit(last) && last != '%') return 1;
    while (kind_at(text, at) & WHITE) at++;
    Py_UCS4 first = text->at[at];
    return is_digit(first) || first == 0x9644 || first == 0x56FE || first == 0x8868 || first == 0x4E13; /* 附 图 表 专 */
}

/* Whether something in the line of `text` surely ends or parts a sentence. A line is looked at once. */
static int is_sentence(const Text *text, Line *line)
{
    if (line->known) return line->sentence;
    line->known = 1;
    for (int64_t i = line->start; i < text->length && text->at[i] != '\n' && !line->sentence; i++)
        line->sentence = kind_at(text, i) & SENTENCE || (text->at[i] == ',' && !is_digit(char_at(text, i - 1)));
    return line->sentence;
}

/* Whether blanks may be the indent of a paragraph that was glued to the one before it: the line tells, see spaces.py. */
static int may_begin_paragraph(const Text *text, int64_t start, int64_t end)
{
    int wide = 0, hard = 0;
    for (int64_t i = start; i < end; i++) {
        wide += text->at[i] == 0x3000;
        hard += text->at[i] == 0xA0;
    }
    return wide >= WIDE_INDENT || hard >= HARD_INDENT;
}

/* What happens to the blanks row->start to row->end. With `spelled` some stand in spaced-out text, and those between
 * two words are asked about. */
static Verdict blanks(const Text *text, Row *row, Line *line, int spelled)
{
    int64_t start = row->start, end = row->end;
    int tight, doubt, tab = 0;
    row->reason = BLANKS;
    row->sign = NOTHING;
    if (kind_at(text, end) & RETURN && char_at(text, end + 1) == '\n') {
        row->reason = NEWLINE;
        row->end++;
        return TAKE;
    }
    if (!start || text->at[start - 1] == '\n' || end == text->length || text->at[end] == '\n') return TAKE;
    if (end - start >= WIDE_INDENT && may_begin_paragraph(text, start, end)) return ASK;
    Verdict number = beside_number(text, start, end);
    if (number == ASK) return ASK;
    if (number == TAKE) return !may_follow_head(text, line->start, start) && is_sentence(text, line) ? TAKE : ASK;
    uint32_t before = kind_at(text, start - 1), after = kind_at(text, end);
    tight = before & TIGHT_AFTER || after & TIGHT_BEFORE || (before & POINT && widens(text, start - 1))
            || (after & POINT && widens(text, end)) || (before & STOP && ends_chinese_line(text, start - 1));
    doubt = (before | after) & EDGE;
    if (before & BRACKET) text->at[start - 1] == '(' && bracket(text, start - 1) == TAKE ? (tight = 1) : (doubt = 1);
    if (after & BRACKET) text->at[end] == ')' && bracket(text, end) == TAKE ? (tight = 1) : (doubt = 1);
    if (tight) return TAKE;
    if (doubt || spelled || (before & HAN && after & HAN)) return ASK; /* inside a word, perhaps */
    if (end - start == 1 && (text->at[start] == ' ' || text->at[start] == '\t')) return LEAVE;
    for (int64_t i = start; i < end; i++) tab |= text->at[i] == '\t';
    row->sign = tab ? TAB : SPACE;
    return TAKE;
}

enum { FOUND_ODD = -1, FOUND_SPELLED = -2 };

/* Rows in order, those that change for certain and those to be asked about, which have no end; how many there are.
 * FOUND_ODD at once where a character calls for other rules, if those are wanted. */
static int64_t find(const Text *text, int odd, int spelled, Row *rows)
{
    int64_t count = 0, end, blank_end = -1;
    int in_a_row = 0, singles = 0;
    Line line = {0, 0, 0};
    for (int64_t i = 0; i < text->length; i = end) {
        uint8_t class = class_of(text, text->at[i]);
        end = i + 1;
        if (class < CALLING) continue;
        uint32_t kind = text->kinds[class];
        Verdict verdict = LEAVE;
        Row row = {i, end, 0, (uint8_t)SIGN_OF(kind), WIDTH};
        if (kind & JOINT && odd && is_sequence(text, i)) return FOUND_ODD;
        if (kind & POINT) verdict = widens(text, i) ? TAKE : LEAVE;
        else if (kind & LINE) line = (Line){end, 0, 0};
        else if (kind & BLANK) {
            while (kind_at(text, end) & BLANK) end++;
            in_a_row = i == blank_end + 1 && i && kind_at(text, i - 1) & LETTER ? in_a_row + 1 : 1;
            singles = i == blank_end + 1 && i && text->at[i - 1] != '\n' && text->at[i - 1] != '\r' ? singles + 1 : 1;
            if (odd && singles == SINGLES) return FOUND_ODD;
            if (in_a_row == SPELLED && !spelled) return FOUND_SPELLED;
            blank_end = row.end = end;
            verdict = blanks(text, &row, &line, spelled);
            end = verdict == TAKE ? row.end : end;
        } else if (kind & RETURN) {
            row.reason = NEWLINE;
            if (char_at(text, end) == '\n') verdict = TAKE;
            else if (odd) return FOUND_ODD;
        } else if (kind & STOP) verdict = ends_chinese_line(text, i) ? TAKE : LEAVE;
        else if (kind & BRACKET) verdict = bracket(text, i);
        else if (kind & CORNER) verdict = ASK;
        else if (odd && kind & LOST) verdict = ASK;
        else if (odd && (kind & ODD || (kind & RARE && begins_cluster(text, i)))) return FOUND_ODD;
        if (verdict == LEAVE) continue;
        row.asked = verdict == ASK;
        rows[count++] = row;
    }
    return count;
}

/* Blocks without a branch inside: most texts have none. */
static int any(const Py_UCS4 *text, int64_t length, const uint8_t *kinds)
{
    int found = 0;
    for (int64_t i = 0; i < length && !found;)
        for (int64_t stop = i + 256 < length ? i + 256 : length; i < stop; i++) found |= text[i] < PLANE && kinds[text[i]];
    return found;
}

/* Puts a new reference in place, 0; or -1 with an exception. */
static int put(PyObject *tuple, Py_ssize_t i, PyObject *item) { return item ? PyTuple_SetItem(tuple, i, item) : -1; }

/* The columns that scan gives of these rows, touching ones as one: under the reason of the first that writes anything, or
 * of the last. */
static PyObject *columns(const Row *rows, int64_t count, PyObject *signs, PyObject *reasons)
{
    PyObject *column[5] = {NULL}, *made = NULL;
    Py_ssize_t sure = 0, asked = 0, at = 0, place = 0;
    int64_t last = -1;
    for (int64_t i = 0; i < count; i++) {
        if (rows[i].asked) asked++;
        else {
            sure += rows[i].start != last;
            last = rows[i].end;
        }
    }
    for (int i = 0; i < 5; i++)
        if (!(column[i] = PyTuple_New(i < 4 ? sure : asked))) goto done;
    for (int64_t i = 0; i < count; i++) {
        if (rows[i].asked) {
            if (put(column[4], place++, PyLong_FromLongLong(rows[i].start))) goto done;
            continue;
        }
        uint8_t reason = rows[i].reason;
        int64_t start = rows[i].start;
        PyObject *sign = Py_NewRef(PyTuple_GetItem(signs, rows[i].sign));
        int writes = rows[i].sign != NOTHING;
        for (; i + 1 < count && !rows[i + 1].asked && rows[i + 1].start == rows[i].end; i++) {
            const Row *next = &rows[i + 1];
            if (!writes) reason = next->reason;
            if (next->sign == NOTHING) continue;
            PyObject *both = PyUnicode_Concat(sign, PyTuple_GetItem(signs, next->sign));
            Py_DECREF(sign);
            if (!(sign = both)) goto done;
            writes = 1;
        }
        if (put(column[2], at, sign) || put(column[0], at, PyLong_FromLongLong(start))
            || put(column[1], at, PyLong_FromLongLong(rows[i].end))
            || put(column[3], at++, Py_NewRef(PyTuple_GetItem(reasons, reason))))
            goto done;
    }
    made = PyTuple_Pack(5, column[0], column[1], column[2], column[3], column[4]);
done:
    for (int i = 0; i < 5; i++) Py_XDECREF(column[i]);
    return made;
}

static PyObject *scan(PyObject *module, PyObject *args)
{
    PyObject *string, *signs, *reasons, *made = NULL;
    const char *table;
    Py_ssize_t size;
    int odd;
    (void)module;
    if (!PyArg_ParseTuple(args, "Uy#O!O!p", &string, &table, &size, &PyTuple_Type, &signs, &PyTuple_Type, &reasons, &odd))
        return NULL;
    if (size != TABLE) return PyErr_SetString(PyExc_ValueError, "the table is not that of the basic plane"), NULL;
    Text text = {NULL, PyUnicode_GetLength(string), (const uint8_t *)table, {0}};
    memcpy(text.kinds, table + CLASSES, sizeof text.kinds);
    for (int i = 0; i < 256; i++)
        if (SIGN_OF(text.kinds[i]) >= PyTuple_Size(signs))
            return PyErr_SetString(PyExc_ValueError, "the table tells of more signs than there are"), NULL;
    if (PyTuple_Size(reasons) <= WIDTH || PyTuple_Size(signs) <= TAB)
        return PyErr_SetString(PyExc_ValueError, "too few signs or reasons"), NULL;
    Row *rows = malloc((size_t)text.length * sizeof *rows + ((size_t)text.length + 1) * sizeof(Py_UCS4));
    if (!rows) return PyErr_NoMemory();
    Py_UCS4 *codes = (Py_UCS4 *)(rows + text.length);
    if (PyUnicode_AsUCS4(string, codes, (Py_ssize_t)text.length + 1, 1)) {
        int64_t count;
        text.at = codes;
        Py_BEGIN_ALLOW_THREADS
        count = find(&text, odd, 0, rows);
        if (count == FOUND_SPELLED) count = find(&text, odd, 1, rows);
        Py_END_ALLOW_THREADS
        made = count == FOUND_ODD ? Py_NewRef(Py_None) : columns(rows, count, signs, reasons);
    }
    free(rows);
    return made;
}

static PyObject *meets(PyObject *module, PyObject *args)
{
    PyObject *text;
    const char *kinds;
    Py_ssize_t size, length;
    int found = -1;
    (void)module;
    if (!PyArg_ParseTuple(args, "Uy#", &text, &kinds, &size)) return NULL;
    if (size != PLANE) return PyErr_SetString(PyExc_ValueError, "kinds are those of the basic plane"), NULL;
    length = PyUnicode_GetLength(text);
    Py_UCS4 *codes = malloc(((size_t)length + 1) * sizeof *codes);
    if (!codes) return PyErr_NoMemory();
    if (PyUnicode_AsUCS4(text, codes, length + 1, 1)) {
        Py_BEGIN_ALLOW_THREADS
        found = any(codes, length, (const uint8_t *)kinds);
        Py_END_ALLOW_THREADS
    }
    free(codes);
    return found < 0 ? NULL : PyBool_FromLong(found);
}

static PyMethodDef functions[] = {
    {"scan", scan, METH_VARARGS, "scan(text, table, signs, reasons, odd) -> (starts, ends, news, reasons, places to ask about), or None"},
    {"meets", meets, METH_VARARGS, "meets(text, kinds) -> whether a character of the basic plane has a kind"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_scan", NULL, 0, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__scan(void) { return PyModuleDef_Init(&definition); }
