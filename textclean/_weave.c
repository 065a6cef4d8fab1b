/* Edits woven into a text and out of it again: textclean/weave.py in C, where those functions stand in plain Python.
 *
 * Strings go in and come out, so the interpreter's lock is held; of code points there is one copy each way.
 * Written against the stable ABI of CPython 3.11. */

#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ZERO 48 /* the code of the character that tells size 0 */

typedef struct {
    PyObject *items; /* tuple or list; or a string: one character an entry, or as many as sizes tells */
    PyObject *sizes;
    Py_ssize_t count, read;
    enum { TUPLE, LIST, STRING, SIZED } kind;
} Column;

/* 0, or -1 with an exception. */
static int open_column(PyObject *items, PyObject *sizes, Column *out)
{
    *out = (Column){items, sizes, 0, 0, PyTuple_Check(items) ? TUPLE : LIST};
    if (sizes && PyUnicode_Check(sizes) && PyUnicode_Check(items)) {
        Py_ssize_t total = 0;
        out->kind = SIZED;
        out->count = PyUnicode_GetLength(sizes);
        for (Py_ssize_t i = 0; i < out->count; i++) {
            Py_UCS4 size = PyUnicode_ReadChar(sizes, i);
            total = size < ZERO || total < 0 ? -1 : total + (Py_ssize_t)(size - ZERO);
        }
        if (total != PyUnicode_GetLength(items)) return PyErr_SetString(PyExc_ValueError, "sizes are not those of the text"), -1;
    } else if (sizes && PyUnicode_Check(items)) {
        out->kind = STRING;
        out->count = PyUnicode_GetLength(items);
    } else if (PyTuple_Check(items) || PyList_Check(items)) {
        out->count = out->kind == TUPLE ? PyTuple_Size(items) : PyList_Size(items);
    } else return PyErr_SetString(PyExc_TypeError, "a column is a tuple or a list"), -1;
    return 0;
}

static PyObject *item(const Column *column, Py_ssize_t i)
{
    return column->kind == TUPLE ? PyTuple_GetItem(column->items, i) : PyList_GetItem(column->items, i);
}

/* -1 with an exception if it is no string. */
static Py_ssize_t length_at(const Column *column, Py_ssize_t i)
{
    if (column->kind == SIZED) return (Py_ssize_t)PyUnicode_ReadChar(column->sizes, i) - ZERO;
    return column->kind == STRING ? 1 : PyUnicode_GetLength(item(column, i));
}

/* Write entry i, of this length; entries in order. 0, or -1 with an exception. */
static int write_at(Column *column, Py_ssize_t i, Py_ssize_t length, Py_UCS4 *to)
{
    if (column->kind == SIZED || column->kind == STRING) {
        for (; length; length--) *to++ = PyUnicode_ReadChar(column->items, column->read++);
        return 0;
    }
    if (length == 1) *to = PyUnicode_ReadChar(item(column, i), 0);
    return length > 1 && !PyUnicode_AsUCS4(item(column, i), to, length, 0) ? -1 : 0;
}

/* 0, or -1 with an exception. */
static int read_numbers(const Column *column, int64_t *to)
{
    for (Py_ssize_t i = 0; i < column->count; i++) {
        PyObject *number = item(column, i);
        if (!PyLong_CheckExact(number)) return PyErr_SetString(PyExc_TypeError, "offsets are int"), -1;
        to[i] = PyLong_AsSsize_t(number);
        if (to[i] == -1 && PyErr_Occurred()) {
            PyErr_Clear(); /* beyond any text, on one side or the other */
            to[i] = -2;
        }
    }
    return 0;
}

static PyObject *as_string(const Py_UCS4 *codes, Py_ssize_t length)
{
    const uint16_t probe = 1;
    int order = *(const unsigned char *)&probe ? -1 : 1;
    return PyUnicode_DecodeUTF32((const char *)codes, length * 4, "surrogatepass", &order);
}

static PyObject *change_back(PyObject *module, PyObject *args)
{
    PyObject *text, *columns[3], *old_sizes, *new_sizes, *made = NULL;
    Column places, olds, news;
    Py_UCS4 *room = NULL, *out;
    Py_ssize_t length, total, size, i, n;
    int64_t at = 0, stand = 0, grown = 0, *start;
    int steps, sound = 1;
    (void)module;
    if (!PyArg_ParseTuple(args, "UOOOpOO", &text, &columns[0], &columns[1], &columns[2], &steps, &old_sizes, &new_sizes)
        || open_column(columns[0], NULL, &places) || open_column(columns[1], old_sizes, &olds)
        || open_column(columns[2], new_sizes, &news))
        return NULL;
    n = places.count;
    if (n != olds.count || n != news.count) return PyErr_SetString(PyExc_ValueError, "columns of different lengths"), NULL;
    total = length = PyUnicode_GetLength(text);
    if (!(start = malloc(((size_t)n + 1) * sizeof *start))) return PyErr_NoMemory();
    if (read_numbers(&places, start)) goto done;
    for (i = 0; i < n && sound; i++) {
        Py_ssize_t old = length_at(&olds, i), new = length_at(&news, i);
        if (old < 0 || new < 0) goto done;
        sound = start[i] >= 0 && start[i] <= INT64_MAX / 4;
        stand = steps ? stand + start[i] : start[i]; /* in the text that comes out */
        start[i] = stand + grown;                    /* in this one */
        sound = sound && start[i] >= at && start[i] + new <= length;
        at = start[i] + new;
        grown += new - old;
        total += old - new;
    }
    if (!sound) { PyErr_SetString(PyExc_ValueError, "the edits do not fit the text"); goto done; }
    if (!(room = malloc(((size_t)length + (size_t)total + 2) * sizeof *room))) PyErr_NoMemory();
    if (!room || !PyUnicode_AsUCS4(text, room, length + 1, 1)) goto done;
    out = room + length + 1;
    for (at = i = 0; i < n; i++) {
        memcpy(out, room + at, (size_t)(start[i] - at) * sizeof *out);
        out += start[i] - at;
        size = length_at(&olds, i);
        if (write_at(&olds, i, size, out)) goto done;
        out += size;
        at = start[i] + length_at(&news, i);
    }
    memcpy(out, room + at, (size_t)(length - at) * sizeof *out);
    made = as_string(room + length + 1, total);
done:
    free(room);
    free(start);
    return made;
}

static PyObject *entries(PyObject *module, PyObject *args)
{
    PyObject *text, *sizes, *made;
    Column column;
    (void)module;
    if (!PyArg_ParseTuple(args, "UU", &text, &sizes) || open_column(text, sizes, &column)) return NULL;
    made = PyTuple_New(column.count);
    for (Py_ssize_t i = 0; made && i < column.count; i++) {
        Py_ssize_t size = length_at(&column, i);
        PyObject *entry = PyUnicode_Substring(text, column.read, column.read + size);
        if (!entry || PyTuple_SetItem(made, i, entry)) Py_CLEAR(made);
        column.read += size;
    }
    return made;
}

/* Decimal digits of a number; where they end. */
static char *write_number(int64_t number, char *to)
{
    char digits[24], *at = digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    if (number < 0) *to++ = '-';
    do *at++ = (char)('0' + rest % 10); while (rest /= 10);
    while (at > digits) *to++ = *--at;
    return to;
}

static char *write_ascii(const char *from, char *to)
{
    size_t size = strlen(from);
    memcpy(to, from, size);
    return to + size;
}

#define MOST 6 /* bytes that a character takes at most: \u001f */

/* The inside of a JSON string; where it ends, or NULL: a lone surrogate is no text. */
static char *write_inside(const Py_UCS4 *codes, Py_ssize_t length, char *to)
{
    static const char hex[] = "0123456789abcdef", named[] = "btn_fr"; /* from 8 on */
    for (const Py_UCS4 *end = codes + length; codes < end; codes++) {
        Py_UCS4 c = *codes;
        if (c >= 0x800 && c < 0x10000) { /* most */
            if ((c & 0xF800) == 0xD800) return NULL;
            *to++ = (char)(0xE0 | c >> 12);
            *to++ = (char)(0x80 | (c >> 6 & 63));
            *to++ = (char)(0x80 | (c & 63));
        } else if (c < 0x20) {
            *to++ = '\\';
            if (c >= 8 && c <= 13 && c != 11) *to++ = named[c - 8];
            else {
                to = write_ascii("u00", to);
                *to++ = hex[c >> 4];
                *to++ = hex[c & 15];
            }
        } else if (c < 0x80) {
            if (c == '"' || c == '\\') *to++ = '\\';
            *to++ = (char)c;
        } else if (c < 0x800) {
            *to++ = (char)(0xC0 | c >> 6);
            *to++ = (char)(0x80 | (c & 63));
        } else {
            *to++ = (char)(0xF0 | c >> 18);
            *to++ = (char)(0x80 | (c >> 12 & 63));
            *to++ = (char)(0x80 | (c >> 6 & 63));
            *to++ = (char)(0x80 | (c & 63));
        }
    }
    return to;
}

/* A string in JSON, as write_inside. */
static char *write_string(PyObject *string, Py_UCS4 *room, char *to)
{
    Py_ssize_t length = PyUnicode_GetLength(string);
    if (length && !PyUnicode_AsUCS4(string, room, length, 0)) return NULL;
    *to++ = '"';
    if (!(to = write_inside(room, length, to))) return NULL;
    *to++ = '"';
    return to;
}

/* n pieces of a text, from starts[i] to ends[i], as a column of JSON: one string, with the size of each piece where that
 * is not 1; a list if one is long. NULL where one is no text. */
static char *write_column(const char *name, const Py_UCS4 *text, const int64_t *starts, const int64_t *ends, Py_ssize_t n,
                          char *to)
{
    int ones = 1, small = 1;
    for (Py_ssize_t i = 0; i < n; i++) {
        ones &= ends[i] - starts[i] == 1;
        small &= ends[i] - starts[i] <= 126 - ZERO;
    }
    to = write_ascii(",\"", to);
    to = write_ascii(name, to);
    to = write_ascii(small ? "\":\"" : "\":[", to);
    for (Py_ssize_t i = 0; i < n; i++) {
        if (!small) to = write_ascii(i ? ",\"" : "\"", to);
        if (!(to = write_inside(text + starts[i], (Py_ssize_t)(ends[i] - starts[i]), to))) return NULL;
        if (!small) *to++ = '"';
    }
    *to++ = small ? '"' : ']';
    if (ones || !small) return to;
    to = write_ascii(",\"", to);
    to = write_ascii(name, to);
    to = write_ascii("_size\":\"", to);
    for (Py_ssize_t i = 0; i < n; i++) {
        char size = (char)(ZERO + ends[i] - starts[i]);
        if (size == '\\') *to++ = '\\';
        *to++ = size;
    }
    *to++ = '"';
    return to;
}

#define KINDS (127 - ZERO) /* reasons that a character can tell */

/* Edits of one layer: rows of the old text, and what is put there, one after the other. */
typedef struct {
    Py_ssize_t n, length, put_length;
    Py_UCS4 *text, *put;
    int64_t *start, *end, *put_start, *put_end;
    char *code; /* of the reason of each row */
    PyObject *kinds[KINDS];
    Py_ssize_t counts[KINDS];
    int kind_count;
} Rows;

/* The reason of each row, as a code. 1; 0 where there are too many kinds, or one is no string. */
static int read_reasons(const Column *reasons, Rows *rows)
{
    for (Py_ssize_t i = 0; i < rows->n; i++) {
        PyObject *reason = item(reasons, i);
        int k = 0;
        while (k < rows->kind_count && rows->kinds[k] != reason) k++; /* most are the same object */
        if (k == rows->kind_count) {
            if (!PyUnicode_Check(reason)) return 0;
            for (k = 0; k < rows->kind_count && PyUnicode_Compare(rows->kinds[k], reason); k++);
            if (k == KINDS) return 0;
            if (k == rows->kind_count) rows->kinds[rows->kind_count++] = reason;
        }
        rows->counts[k]++;
        rows->code[i] = (char)(ZERO + k);
    }
    return 1;
}

/* Whether rows are in order and in range, do not touch, and each changes something. */
static int is_tidy(const Rows *rows)
{
    for (Py_ssize_t i = 0; i < rows->n; i++) {
        int64_t size = rows->end[i] - rows->start[i];
        if (rows->start[i] < (i ? rows->end[i - 1] + 1 : 0) || size < 0 || rows->end[i] > rows->length) return 0;
        if (size == rows->put_end[i] - rows->put_start[i]
            && !memcmp(rows->text + rows->start[i], rows->put + rows->put_start[i], (size_t)size * sizeof *rows->text))
            return 0;
    }
    return 1;
}

static int has_break(const Py_UCS4 *from, const Py_UCS4 *end)
{
    int found = 0;
    for (; from < end; from++) found |= *from == '\n';
    return found;
}

/* Copy characters of the new text, of which the first stands in line `line` of the old one, and `step` says whether the
 * others go on in its lines. `begun`: whether a line of the new text begins here. */
static Py_UCS4 *copy_lines(const Py_UCS4 *from, int64_t count, int step, int64_t *line, int *begun, int64_t *lines,
                           Py_ssize_t *line_count, Py_UCS4 *to)
{
    const Py_UCS4 *end = from + count;
    while (from < end) {
        if (*begun) lines[(*line_count)++] = *line;
        while (from < end && *from != '\n') *to++ = *from++;
        if ((*begun = from < end)) {
            *to++ = *from++;
            *line += step;
        }
    }
    return to;
}

/* The new text; and, if `lines` is given, in which line of the old one each of its lines begins. */
static void weave_rows(const Rows *rows, Py_UCS4 *to, int64_t *lines, Py_ssize_t *line_count)
{
    int64_t at = 0, line = 0;
    int begun = 1;
    for (Py_ssize_t i = 0; i <= rows->n; i++) {
        int64_t stop = i < rows->n ? rows->start[i] : rows->length;
        if (!lines) {
            memcpy(to, rows->text + at, (size_t)(stop - at) * sizeof *to);
            to += stop - at;
        } else to = copy_lines(rows->text + at, stop - at, 1, &line, &begun, lines, line_count, to);
        if (i == rows->n) break;
        const Py_UCS4 *put = rows->put + rows->put_start[i];
        Py_ssize_t size = (Py_ssize_t)(rows->put_end[i] - rows->put_start[i]);
        at = rows->end[i];
        if (!lines) {
            memcpy(to, put, (size_t)size * sizeof *to);
            to += size;
            continue;
        }
        /* characters of an edit that keeps its length stand for the one at the same place, else for all of the old ones */
        int same = size == at - stop;
        for (Py_ssize_t k = 0; same && k < size; k++) {
            to = copy_lines(put + k, 1, 0, &line, &begun, lines, line_count, to);
            line += rows->text[stop + k] == '\n';
        }
        if (same) continue;
        to = copy_lines(put, size, 0, &line, &begun, lines, line_count, to);
        for (int64_t k = stop; k < at; k++) line += rows->text[k] == '\n';
    }
    if (lines && begun) lines[(*line_count)++] = line;
}

/* The layer as a line of JSON, or NULL where that cannot be. */
static PyObject *packed(const Rows *rows, PyObject *stage, PyObject *version)
{
    Py_ssize_t taken = 0, names = PyUnicode_GetLength(stage) + PyUnicode_GetLength(version), longest = 0;
    PyObject *line = NULL;
    for (int k = 0; k < rows->kind_count; k++) names += PyUnicode_GetLength(rows->kinds[k]);
    for (Py_ssize_t i = 0; i < rows->n; i++) taken += (Py_ssize_t)(rows->end[i] - rows->start[i]);
    longest = names; /* each of them fits */
    /* of each row: a step, what is around two entries of a list, and three characters that may be escaped */
    size_t most = (size_t)(taken + rows->put_length + names) * MOST + (size_t)rows->n * (22 + 6 + 6)
                  + (size_t)rows->kind_count * 3 + 256;
    char *room = malloc(most), *out = room;
    Py_UCS4 *name = malloc(((size_t)longest + 1) * sizeof *name);
    if (!room || !name) goto done;
    if (!(out = write_string(stage, name, write_ascii("{\"stage\":", out)))) goto done;
    if (!(out = write_string(version, name, write_ascii(",\"version\":", out)))) goto done;
    out = write_ascii(",\"step\":[", out);
    for (Py_ssize_t i = 0; i < rows->n; i++) {
        if (i) *out++ = ',';
        out = write_number(rows->start[i] - (i ? rows->start[i - 1] : 0), out);
    }
    *out++ = ']';
    if (!(out = write_column("old", rows->text, rows->start, rows->end, rows->n, out))) goto done;
    if (!(out = write_column("new", rows->put, rows->put_start, rows->put_end, rows->n, out))) goto done;
    out = write_ascii(",\"why\":[", out);
    for (int k = 0; k < rows->kind_count; k++) {
        if (k) *out++ = ',';
        if (!(out = write_string(rows->kinds[k], name, out))) goto done;
    }
    *out++ = ']';
    if (rows->kind_count > 1) {
        out = write_ascii(",\"code\":\"", out);
        for (Py_ssize_t i = 0; i < rows->n; i++) {
            if (rows->code[i] == '\\') *out++ = '\\';
            *out++ = rows->code[i];
        }
        *out++ = '"';
    }
    *out++ = '}';
    line = PyBytes_FromStringAndSize(room, out - room);
done:
    free(room);
    free(name);
    return line;
}

static PyObject *as_tuple(const int64_t *numbers, Py_ssize_t count)
{
    PyObject *made = PyTuple_New(count);
    for (Py_ssize_t i = 0; made && i < count; i++) {
        PyObject *number = PyLong_FromLongLong(numbers[i]);
        if (!number || PyTuple_SetItem(made, i, number)) Py_CLEAR(made);
    }
    return made;
}

static PyObject *lay(PyObject *module, PyObject *args)
{
    PyObject *text, *columns[4], *stage, *version, *changed = NULL, *line = NULL, *kinds = NULL, *counts = NULL;
    PyObject *broken = NULL, *line_tuple = NULL, *made = NULL;
    Column starts, ends, news, reasons;
    Py_ssize_t old_length = 0, line_count = 0, broken_count = 0, size, i;
    int64_t *numbers = NULL, *lines = NULL, *breaking;
    Py_UCS4 *codes = NULL, *woven;
    int breaks;
    Rows rows = {0};
    (void)module;
    if (!PyArg_ParseTuple(args, "UOOOOUU", &text, &columns[0], &columns[1], &columns[2], &columns[3], &stage, &version))
        return NULL;
    if (open_column(columns[0], NULL, &starts) || open_column(columns[1], NULL, &ends)
        || open_column(columns[2], NULL, &news) || open_column(columns[3], NULL, &reasons))
        goto done;
    rows.n = starts.count;
    if (rows.n != ends.count || rows.n != news.count || rows.n != reasons.count) goto done;
    rows.length = PyUnicode_GetLength(text);
    if (!(numbers = malloc(((size_t)rows.n * 5 + 1) * sizeof *numbers))) { PyErr_NoMemory(); goto done; }
    rows.start = numbers, rows.end = numbers + rows.n, rows.put_start = rows.end + rows.n, rows.put_end = rows.put_start + rows.n;
    breaking = rows.put_end + rows.n;
    if (read_numbers(&starts, rows.start) || read_numbers(&ends, rows.end)) goto done;
    for (i = 0; i < rows.n; i++) {
        if ((size = length_at(&news, i)) < 0) goto done;
        rows.put_start[i] = rows.put_length;
        rows.put_end[i] = rows.put_length += size;
        if (rows.start[i] < 0 || rows.end[i] < rows.start[i] || rows.end[i] > rows.length) goto done;
        old_length += (Py_ssize_t)(rows.end[i] - rows.start[i]);
    }
    if (old_length > rows.length) goto done; /* they overlap */
    Py_ssize_t total = rows.length + rows.put_length - old_length;
    codes = malloc(((size_t)rows.length + (size_t)rows.put_length + (size_t)total + 3) * sizeof *codes);
    rows.code = malloc((size_t)rows.n + 1);
    if (!codes || !rows.code) { PyErr_NoMemory(); goto done; }
    rows.text = codes, rows.put = codes + rows.length + 1, woven = rows.put + rows.put_length + 1;
    if (!PyUnicode_AsUCS4(text, rows.text, rows.length + 1, 1)) goto done;
    for (i = 0; i < rows.n; i++)
        if (write_at(&news, i, (Py_ssize_t)(rows.put_end[i] - rows.put_start[i]), rows.put + rows.put_start[i])) goto done;
    if (!is_tidy(&rows) || !read_reasons(&reasons, &rows) || !(line = packed(&rows, stage, version))) goto done;
    breaks = has_break(rows.put, rows.put + rows.put_length);
    for (i = 0; i < rows.n; i++)
        if (has_break(rows.text + rows.start[i], rows.text + rows.end[i])) breaking[broken_count++] = i;
    breaks = breaks || broken_count;
    broken = as_tuple(breaking, broken_count);
    if (!broken) goto done;
    if (breaks && !(lines = malloc(((size_t)total + 1) * sizeof *lines))) { PyErr_NoMemory(); goto done; }
    weave_rows(&rows, woven, lines, &line_count);
    line_tuple = breaks ? as_tuple(lines, line_count) : Py_NewRef(Py_None);
    changed = as_string(woven, total);
    kinds = PyTuple_New(rows.kind_count);
    counts = PyTuple_New(rows.kind_count);
    if (!line_tuple || !changed || !kinds || !counts) goto done;
    for (int k = 0; k < rows.kind_count; k++) {
        PyObject *count = PyLong_FromSsize_t(rows.counts[k]);
        if (!count || PyTuple_SetItem(counts, k, count) || PyTuple_SetItem(kinds, k, Py_NewRef(rows.kinds[k]))) goto done;
    }
    made = Py_BuildValue("OOOOnOO", changed, line, kinds, counts, total - rows.length, broken, line_tuple);
done:
    Py_XDECREF(changed);
    Py_XDECREF(line);
    Py_XDECREF(kinds);
    Py_XDECREF(counts);
    Py_XDECREF(broken);
    Py_XDECREF(line_tuple);
    free(lines);
    free(rows.code);
    free(codes);
    free(numbers);
    if (!made && !(PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_MemoryError))) { /* the slow way tells what is wrong */
        PyErr_Clear();
        made = Py_NewRef(Py_None);
    }
    return made;
}

static PyMethodDef functions[] = {
    {"lay", lay, METH_VARARGS,
     "lay(text, starts, ends, news, reasons, stage, version) -> (text, layer, kinds, counts, grown, breaking, lines), or None"},
    {"change_back", change_back, METH_VARARGS, "change_back(text, places, olds, news, steps, old_sizes, new_sizes) -> text"},
    {"entries", entries, METH_VARARGS, "entries(text, sizes) -> the pieces of text, as a tuple"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_weave", NULL, 0, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__weave(void) { return PyModuleDef_Init(&definition); }
