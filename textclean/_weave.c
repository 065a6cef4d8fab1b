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

static int has_surrogate(const Py_UCS4 *codes, Py_ssize_t length)
{
    int any = 0;
    for (Py_ssize_t i = 0; i < length; i++) any |= (codes[i] & 0xFFFFF800) == 0xD800;
    return any;
}

static PyObject *change(PyObject *module, PyObject *args)
{
    PyObject *text, *columns[3], *olds = NULL, *changed = NULL, *made = NULL;
    Column starts, ends, news;
    Py_UCS4 *room = NULL, *out;
    int64_t *start, *end;
    Py_ssize_t length, at = 0, size, total, i;
    int sound = 1, untidy = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "UOOO", &text, &columns[0], &columns[1], &columns[2])
        || open_column(columns[0], NULL, &starts) || open_column(columns[1], NULL, &ends)
        || open_column(columns[2], NULL, &news))
        return NULL;
    Py_ssize_t n = starts.count;
    if (n != ends.count || n != news.count) return PyErr_SetString(PyExc_ValueError, "columns of different lengths"), NULL;
    total = length = PyUnicode_GetLength(text);
    int64_t *numbers = malloc(((size_t)n * 2 + 1) * sizeof *numbers);
    if (!numbers) return PyErr_NoMemory();
    start = numbers, end = numbers + n;
    if (read_numbers(&starts, start) || read_numbers(&ends, end)) goto done;
    for (i = 0; i < n && sound; i++) {
        sound = start[i] >= (i ? end[i - 1] : 0) && end[i] >= start[i] && end[i] <= length;
        untidy |= i && start[i] == end[i - 1];
        if ((size = length_at(&news, i)) < 0) goto done;
        total += size - (Py_ssize_t)(end[i] - start[i]);
    }
    if (!sound) { made = Py_NewRef(Py_None); goto done; }
    room = malloc(((size_t)length + (size_t)total + 2) * sizeof *room);
    olds = PyTuple_New(n);
    if (!room) PyErr_NoMemory();
    if (!room || !olds || !PyUnicode_AsUCS4(text, room, length + 1, 1)) goto done;
    out = room + length + 1;
    for (i = 0; i < n; i++) {
        PyObject *old = PyUnicode_Substring(text, (Py_ssize_t)start[i], (Py_ssize_t)end[i]);
        if (!old || PyTuple_SetItem(olds, i, old)) goto done;
        memcpy(out, room + at, (size_t)(start[i] - at) * sizeof *out);
        out += start[i] - at;
        size = length_at(&news, i);
        if (write_at(&news, i, size, out)) goto done;
        if (has_surrogate(out, size)) { made = Py_NewRef(Py_None); goto done; }
        untidy |= size == end[i] - start[i] && !memcmp(out, room + start[i], (size_t)size * sizeof *out);
        out += size;
        at = (Py_ssize_t)end[i];
    }
    memcpy(out, room + at, (size_t)(length - at) * sizeof *out);
    if ((changed = as_string(room + length + 1, total))) made = Py_BuildValue("OOO", changed, olds, untidy ? Py_True : Py_False);
done:
    Py_XDECREF(changed);
    Py_XDECREF(olds);
    free(room);
    free(numbers);
    return made;
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
static char *write_inside(PyObject *string, char *to)
{
    static const char hex[] = "0123456789abcdef", named[] = "btn_fr"; /* from 8 on */
    Py_ssize_t length = PyUnicode_GetLength(string);
    for (Py_ssize_t i = 0; i < length; i++) {
        Py_UCS4 c = PyUnicode_ReadChar(string, i);
        if (c < 0x20) {
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
        } else if (c < 0x10000) {
            if ((c & 0xF800) == 0xD800) return NULL;
            *to++ = (char)(0xE0 | c >> 12);
            *to++ = (char)(0x80 | (c >> 6 & 63));
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

/* A column of strings in JSON: one string, with the size of each entry where that is not 1; a list if one is long. NULL
 * where one is no text. */
static char *write_strings(const char *name, const Column *strings, char *to)
{
    int ones = 1, small = 1;
    for (Py_ssize_t i = 0; i < strings->count; i++) {
        Py_ssize_t size = length_at(strings, i);
        ones &= size == 1;
        small &= size <= 126 - ZERO;
    }
    to = write_ascii(",\"", to);
    to = write_ascii(name, to);
    to = write_ascii(small ? "\":\"" : "\":[", to);
    for (Py_ssize_t i = 0; i < strings->count; i++) {
        if (!small) to = write_ascii(i ? ",\"" : "\"", to);
        if (!(to = write_inside(item(strings, i), to))) return NULL;
        if (!small) *to++ = '"';
    }
    *to++ = small ? '"' : ']';
    if (ones || !small) return to;
    to = write_ascii(",\"", to);
    to = write_ascii(name, to);
    to = write_ascii("_size\":\"", to);
    for (Py_ssize_t i = 0; i < strings->count; i++) {
        char size = (char)(ZERO + length_at(strings, i));
        if (size == '\\') *to++ = '\\';
        *to++ = size;
    }
    *to++ = '"';
    return to;
}

/* Characters of all strings of a column; -1 with an exception if one is none. `breaks` is set if one has a line break. */
static Py_ssize_t total_of(const Column *strings, int *breaks)
{
    Py_ssize_t total = 0;
    for (Py_ssize_t i = 0; i < strings->count; i++) {
        Py_ssize_t size = length_at(strings, i);
        if (size < 0) return -1;
        total += size;
        *breaks |= size && PyUnicode_FindChar(item(strings, i), '\n', 0, size, 1) >= 0;
    }
    return total;
}

static PyObject *pack(PyObject *module, PyObject *args)
{
    PyObject *stage, *version, *columns[4], *distinct[127 - ZERO], *kinds = NULL, *counted = NULL, *line = NULL, *made = NULL;
    Py_ssize_t counts[127 - ZERO] = {0}, old, new, told = 0;
    Column starts, olds, news, reasons;
    int n = 0, k = 0, old_breaks = 0, new_breaks = 0;
    int64_t *start = NULL, before = 0;
    char *code = NULL, *room = NULL, *out;
    (void)module;
    if (!PyArg_ParseTuple(args, "UUOOOO", &stage, &version, &columns[0], &columns[1], &columns[2], &columns[3])
        || open_column(columns[0], NULL, &starts) || open_column(columns[1], NULL, &olds)
        || open_column(columns[2], NULL, &news) || open_column(columns[3], NULL, &reasons))
        return NULL;
    if (starts.count != olds.count || starts.count != news.count || starts.count != reasons.count)
        return PyErr_SetString(PyExc_ValueError, "columns of different lengths"), NULL;
    if ((old = total_of(&olds, &old_breaks)) < 0 || (new = total_of(&news, &new_breaks)) < 0) return NULL;
    start = malloc(((size_t)starts.count + 1) * sizeof *start);
    code = malloc((size_t)starts.count + 1);
    if (!start || !code) { PyErr_NoMemory(); goto done; }
    if (read_numbers(&starts, start)) goto done;
    for (Py_ssize_t i = 0; i < reasons.count; i++) {
        PyObject *reason = item(&reasons, i);
        if (!PyUnicode_Check(reason)) { PyErr_SetString(PyExc_TypeError, "reasons are str"); goto done; }
        for (k = 0; k < n && distinct[k] != reason; k++); /* most are the same object */
        if (k == n)
            for (k = 0; k < n && PyUnicode_Compare(distinct[k], reason); k++);
        if (PyErr_Occurred()) goto done;
        if (k == n && n == 127 - ZERO) { made = Py_NewRef(Py_None); goto done; }
        if (k == n) told += PyUnicode_GetLength(distinct[n++] = reason);
        counts[k]++;
        code[i] = (char)(ZERO + k);
    }
    /* of each row: a step, what is around the entries of a list, a size of each and a code that may be escaped */
    told += PyUnicode_GetLength(stage) + PyUnicode_GetLength(version) + old + new;
    if (!(out = room = malloc((size_t)told * MOST + (size_t)starts.count * (22 + 3 + 3 + 2 + 2 + 2) + (size_t)n * 3 + 256))) {
        PyErr_NoMemory();
        goto done;
    }
    made = Py_NewRef(Py_None); /* until all of it is text */
    if (!(out = write_inside(stage, write_ascii("{\"stage\":\"", out)))) goto done;
    if (!(out = write_inside(version, write_ascii("\",\"version\":\"", out)))) goto done;
    out = write_ascii("\",\"step\":[", out);
    for (Py_ssize_t i = 0; i < starts.count; before = start[i++]) {
        if (i) *out++ = ',';
        out = write_number(start[i] - before, out);
    }
    *out++ = ']';
    if (!(out = write_strings("old", &olds, out)) || !(out = write_strings("new", &news, out))) goto done;
    out = write_ascii(",\"why\":[", out);
    for (k = 0; k < n; k++) {
        if (!(out = write_inside(distinct[k], write_ascii(k ? ",\"" : "\"", out)))) goto done;
        *out++ = '"';
    }
    *out++ = ']';
    if (n > 1) {
        out = write_ascii(",\"code\":\"", out);
        for (Py_ssize_t i = 0; i < reasons.count; i++) {
            if (code[i] == '\\') *out++ = '\\';
            *out++ = code[i];
        }
        *out++ = '"';
    }
    *out++ = '}';
    Py_CLEAR(made);
    if (!(line = PyBytes_FromStringAndSize(room, out - room)) || !(kinds = PyTuple_New(n)) || !(counted = PyTuple_New(n)))
        goto done;
    for (k = 0; k < n; k++) {
        PyObject *count = PyLong_FromSsize_t(counts[k]);
        if (!count || PyTuple_SetItem(counted, k, count) || PyTuple_SetItem(kinds, k, Py_NewRef(distinct[k]))) goto done;
    }
    made = Py_BuildValue("OOOnO", line, kinds, counted, new - old, old_breaks ? Py_True : Py_False);
done:
    Py_XDECREF(line);
    Py_XDECREF(kinds);
    Py_XDECREF(counted);
    free(room);
    free(start);
    free(code);
    return made;
}

/* Line breaks in [from, to) of entry i of a tuple or list of strings; -1 with an exception if it is no string. */
static Py_ssize_t breaks_in(const Column *column, Py_ssize_t i, Py_ssize_t from, Py_ssize_t to)
{
    PyObject *string = item(column, i);
    Py_ssize_t found = 0;
    if (from < to && to - from < 4) { /* most are a character or two: asking each is cheaper than searching */
        for (; from < to; from++) found += PyUnicode_ReadChar(string, from) == '\n';
        return found;
    }
    while (from < to && (from = PyUnicode_FindChar(string, '\n', from, to, 1)) >= 0) found++, from++;
    return from == -2 ? -1 : found;
}

static PyObject *step_back(PyObject *module, PyObject *args)
{
    PyObject *columns[5], *old_places = NULL, *old_lines = NULL, *made = NULL;
    Column starts, olds, news, places, lines;
    int64_t *start = NULL, *place, *line, shift = 0, grown = 0;
    Py_ssize_t at = 0, n;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOOOO", &columns[0], &columns[1], &columns[2], &columns[3], &columns[4])
        || open_column(columns[0], NULL, &starts) || open_column(columns[1], NULL, &olds)
        || open_column(columns[2], NULL, &news) || open_column(columns[3], NULL, &places)
        || open_column(columns[4], NULL, &lines))
        return NULL;
    n = places.count;
    if (starts.count != olds.count || starts.count != news.count || n != lines.count)
        return PyErr_SetString(PyExc_ValueError, "columns of different lengths"), NULL;
    if (!(start = malloc(((size_t)starts.count + 2 * (size_t)n + 1) * sizeof *start))) return PyErr_NoMemory();
    place = start + starts.count, line = place + n;
    if (read_numbers(&starts, start) || read_numbers(&places, place) || read_numbers(&lines, line)) goto done;
    for (Py_ssize_t i = 0; i < starts.count && at < n; i++) {
        Py_ssize_t old = length_at(&olds, i), new = length_at(&news, i), inside = 0, counted = 0;
        if (old < 0 || new < 0) goto done;
        for (; at < n && place[at] < start[i] - shift; at++) place[at] += shift, line[at] += grown;
        int64_t begin = start[i] - shift;
        for (; at < n && place[at] < begin + new; at++) {
            Py_ssize_t offset = (Py_ssize_t)(place[at] - begin), same = old == new ? offset : 0;
            Py_ssize_t taken = breaks_in(&olds, i, counted < same ? counted : same, same);
            Py_ssize_t put = breaks_in(&news, i, counted, offset);
            if (taken < 0 || put < 0) goto done;
            inside += taken - put;
            counted = offset;
            place[at] = start[i] + same;
            line[at] += grown + inside;
        }
        Py_ssize_t taken = breaks_in(&olds, i, 0, old), put = breaks_in(&news, i, 0, new);
        if (taken < 0 || put < 0) goto done;
        shift += old - new;
        grown += taken - put;
    }
    for (; at < n; at++) place[at] += shift, line[at] += grown;
    if (!(old_places = PyList_New(n)) || !(old_lines = PyList_New(n))) goto done;
    for (at = 0; at < n; at++) {
        PyObject *one = PyLong_FromLongLong(place[at]), *other = PyLong_FromLongLong(line[at]);
        int failed = !one || !other || PyList_SetItem(old_places, at, Py_NewRef(one)) || PyList_SetItem(old_lines, at, Py_NewRef(other));
        Py_XDECREF(one);
        Py_XDECREF(other);
        if (failed) goto done;
    }
    made = Py_BuildValue("OO", old_places, old_lines);
done:
    Py_XDECREF(old_places);
    Py_XDECREF(old_lines);
    free(start);
    return made;
}

static PyMethodDef functions[] = {
    {"change", change, METH_VARARGS, "change(text, starts, ends, news) -> (text, olds, untidy), or None if it cannot be done"},
    {"change_back", change_back, METH_VARARGS, "change_back(text, places, olds, news, steps, old_sizes, new_sizes) -> text"},
    {"entries", entries, METH_VARARGS, "entries(text, sizes) -> the pieces of text, as a tuple"},
    {"step_back", step_back, METH_VARARGS, "step_back(starts, olds, news, places, lines) -> where they stood before, and in which lines"},
    {"pack", pack, METH_VARARGS, "pack(stage, version, starts, olds, news, reasons) -> (line, reasons, counts, grown, breaks), or None"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_weave", NULL, 0, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__weave(void) { return PyModuleDef_Init(&definition); }
