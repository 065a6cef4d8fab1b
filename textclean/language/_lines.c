/* The lines of a text that are worth a closer look, and its blank lines: what looks.py tells, in one look at every
 * character.
 *
 * What a character is, a table of the basic plane tells. A copy of the text is read, so the interpreter's lock is free
 * meanwhile. Written against the stable ABI of CPython 3.11. */

#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>

enum { SPACE = 1, FIRST = 2, LAST = 4, WITHIN = 8, LEFT = 16, RIGHT = 32, SHORT = 64, PAIR = 128 };
enum { BLOCK = 16 };
#define PLANE 0x10000

/* Its number; where its first visible character stands, and what is behind its last one; what is true of it. */
typedef struct { int64_t number, start, end; uint8_t why; } Line;
typedef struct { int64_t shortest, narrow, reach; } Limits;

static uint8_t kind(Py_UCS4 code, const uint8_t *kinds) { return code < PLANE ? kinds[code] : FIRST | LAST; }

/* What makes a line worth a closer look; 0 if it is not. */
static uint8_t why(const Py_UCS4 *line, int64_t length, const uint8_t *kinds, const Limits *limits)
{
    uint8_t told = (kind(line[0], kinds) & FIRST) | (kind(line[length - 1], kinds) & LAST), within = 0, before = 0;
    if (length <= limits->shortest) told |= SHORT;
    if (length > limits->narrow) return told;
    for (int64_t i = 0; i < length; i++) {
        uint8_t here = kind(line[i], kinds);
        if (i < limits->reach && before & LEFT && here & RIGHT) told |= PAIR;
        within |= here;
        before = here;
    }
    return told | (within & WITHIN);
}

/* Where the line ends that begins at `at`. Blocks without a branch inside: they are compared several at a time. */
static int64_t end_of(const Py_UCS4 *text, int64_t length, int64_t at)
{
    for (; at + BLOCK <= length; at += BLOCK) {
        int found = 0;
        for (int i = 0; i < BLOCK; i++) found |= text[at + i] == '\n';
        if (found) break;
    }
    while (at < length && text[at] != '\n') at++;
    return at;
}

/* The lines to look at; how many there are, and how many lines are not blank. */
static int64_t pick(const Py_UCS4 *text, int64_t length, const uint8_t *kinds, const Limits *limits, Line *found,
                    int64_t *lines)
{
    int64_t picked = 0, number = 0;
    for (int64_t at = 0, stop; at < length; at = stop + 1) {
        stop = end_of(text, length, at);
        int64_t start = at, end = stop;
        while (start < end && kind(text[start], kinds) & SPACE) start++;
        if (start == end) continue;
        while (kind(text[end - 1], kinds) & SPACE) end--;
        uint8_t told = why(text + start, end - start, kinds, limits);
        if (told) found[picked++] = (Line){number, start, end, told};
        number++;
    }
    *lines = number;
    return picked;
}

/* Runs of blank lines, each with the line breaks behind its lines; those at the end of the text with the break before
 * them. A text has a visible character. */
static int64_t runs(const Py_UCS4 *text, int64_t length, const uint8_t *kinds, int64_t *starts, int64_t *ends)
{
    int64_t found = 0, blank = -1; /* where a run began */
    for (int64_t at = 0, stop; at <= length; at = stop + 1) {
        int visible = 0;
        stop = end_of(text, length, at);
        for (int64_t i = at; i < stop && !visible; i++) visible = !(kind(text[i], kinds) & SPACE);
        if (visible && blank >= 0) {
            starts[found] = blank;
            ends[found++] = at;
            blank = -1;
        } else if (!visible && blank < 0) blank = at;
    }
    if (blank >= 0) {
        starts[found] = blank ? blank - 1 : 0;
        ends[found++] = length;
    }
    return found;
}

static PyObject *row_of(PyObject *text, const Line *line)
{
    PyObject *row = PyTuple_New(4);
    for (int k = 0; row && k < 4; k++) {
        PyObject *value = k == 2 ? PyUnicode_Substring(text, (Py_ssize_t)line->start, (Py_ssize_t)line->end)
                                 : PyLong_FromLongLong(k == 0 ? line->number : k == 1 ? line->start : line->why);
        if (!value || PyTuple_SetItem(row, k, value)) Py_CLEAR(row);
    }
    return row;
}

static PyObject *rows_of(PyObject *text, const Line *found, int64_t picked)
{
    PyObject *made = PyList_New((Py_ssize_t)picked);
    for (int64_t i = 0; made && i < picked; i++) {
        PyObject *row = row_of(text, found + i);
        if (!row || PyList_SetItem(made, (Py_ssize_t)i, row)) Py_CLEAR(made);
    }
    return made;
}

static PyObject *look(PyObject *module, PyObject *args)
{
    PyObject *text, *made = NULL;
    const char *kinds;
    Py_ssize_t size, length;
    long long shortest, narrow, reach;
    int64_t lines = 0, picked = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#LLLU", &kinds, &size, &shortest, &narrow, &reach, &text)) return NULL;
    if (size != PLANE) return PyErr_SetString(PyExc_ValueError, "kinds are those of the basic plane"), NULL;
    length = PyUnicode_GetLength(text);
    Limits limits = {shortest, narrow, reach};
    Line *found = malloc(((size_t)length / 2 + 1) * sizeof *found + ((size_t)length + 1) * sizeof(Py_UCS4));
    if (!found) return PyErr_NoMemory();
    Py_UCS4 *codes = (Py_UCS4 *)(found + length / 2 + 1);
    if (PyUnicode_AsUCS4(text, codes, length + 1, 1)) {
        Py_BEGIN_ALLOW_THREADS
        picked = pick(codes, length, (const uint8_t *)kinds, &limits, found, &lines);
        Py_END_ALLOW_THREADS
        PyObject *rows = rows_of(text, found, picked);
        if (rows) made = Py_BuildValue("LN", (long long)lines, rows);
    }
    free(found);
    return made;
}

static PyObject *as_tuple(const int64_t *places, int64_t count)
{
    PyObject *made = PyTuple_New((Py_ssize_t)count);
    for (int64_t i = 0; made && i < count; i++) {
        PyObject *place = PyLong_FromLongLong(places[i]);
        if (!place || PyTuple_SetItem(made, (Py_ssize_t)i, place)) Py_CLEAR(made);
    }
    return made;
}

static PyObject *blanks(PyObject *module, PyObject *args)
{
    PyObject *text, *made = NULL;
    const char *kinds;
    Py_ssize_t size, length;
    int64_t found = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#U", &kinds, &size, &text)) return NULL;
    if (size != PLANE) return PyErr_SetString(PyExc_ValueError, "kinds are those of the basic plane"), NULL;
    length = PyUnicode_GetLength(text);
    size_t room = (size_t)length / 2 + 2; /* between two runs stands a line that is not blank */
    int64_t *places = malloc(2 * room * sizeof *places + ((size_t)length + 1) * sizeof(Py_UCS4));
    if (!places) return PyErr_NoMemory();
    Py_UCS4 *codes = (Py_UCS4 *)(places + 2 * room);
    if (PyUnicode_AsUCS4(text, codes, length + 1, 1)) {
        Py_BEGIN_ALLOW_THREADS
        found = runs(codes, length, (const uint8_t *)kinds, places, places + room);
        Py_END_ALLOW_THREADS
        PyObject *starts = as_tuple(places, found), *ends = as_tuple(places + room, found);
        if (starts && ends) made = Py_BuildValue("OO", starts, ends);
        Py_XDECREF(starts);
        Py_XDECREF(ends);
    }
    free(places);
    return made;
}

static PyMethodDef functions[] = {
    {"look", look, METH_VARARGS,
     "look(kinds, shortest, narrow, reach, text) -> (lines that are not blank, [(number, start, line, why) to look at])"},
    {"blanks", blanks, METH_VARARGS, "blanks(kinds, text) -> (starts of runs of blank lines, their ends)"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_lines", NULL, 0, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__lines(void) { return PyModuleDef_Init(&definition); }
