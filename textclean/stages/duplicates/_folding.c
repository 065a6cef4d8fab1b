/* The lines and kinds of lines.py, and the folding and keys of folding.py over plain buffers: what the NumPy functions do, bit for bit.
 *
 * Code points come as uint16 or uint32 ("width" is 2 or 4). No state is kept between calls, and the interpreter's
 * lock is free meanwhile. Written against the stable ABI of CPython 3.11. */

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

#define PLANE 0x10000
#define UNFIT "the arrays do not fit together"
#define BITS 21    /* of a code point */
#define TOGETHER 3 /* code points in a word */

static const uint64_t STEPS[2] = {0x9E3779B97F4A7C15u, 0xD1B54A32D192ED03u};

typedef struct { const void *points; int width; int64_t count; const int64_t *offsets; int64_t texts; } Codes;

static inline uint32_t point_at(const void *points, int width, int64_t at)
{
    return width == 2 ? ((const uint16_t *)points)[at] : ((const uint32_t *)points)[at];
}

/* All texts as a table writes them, without what it writes as 0; where each begins, and how many code points there are.
 * The texts need not cover the buffer. */
static inline int64_t written_through(const Codes *of, int width, const uint16_t *table, void *out, int64_t *bounds)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < of->texts; i++) {
        bounds[i] = kept;
        for (int64_t at = of->offsets[i]; at < of->offsets[i + 1]; at++) {
            uint32_t point = point_at(of->points, width, at), written = point < PLANE ? table[point] : point;
            if (width == 2) ((uint16_t *)out)[kept] = (uint16_t)written;
            else ((uint32_t *)out)[kept] = written;
            kept += written != 0;
        }
    }
    return bounds[of->texts] = kept;
}

typedef struct { int64_t start, end, number, folded; } Line; /* in its text; its number; where its folded points end */

/* The lines of the texts that do not fold to nothing, or -1 if there are more than `room`. A line ends in a line break,
 * which folds to 0 like all that is left out. Of each text `bounds` gets its first line. */
static inline int64_t lines_of(const Codes *of, int width, const uint16_t *table, void *out, Line *lines, int64_t room,
                               int64_t *bounds)
{
    int64_t kept = 0, whole = 0, found = 0;
    for (int64_t i = 0; i < of->texts; i++) {
        int64_t begin = of->offsets[i], start = begin, number = 1;
        bounds[i] = found;
        for (int64_t at = begin; at < of->offsets[i + 1]; at++) {
            uint32_t point = point_at(of->points, width, at), folded = point < PLANE ? table[point] : point;
            if (width == 2) ((uint16_t *)out)[kept] = (uint16_t)folded;
            else ((uint32_t *)out)[kept] = folded;
            kept += folded != 0;
            if (point != '\n') continue;
            if (kept > whole) {
                if (found == room) return -1;
                lines[found++] = (Line){start - begin, at - begin, number, kept};
                whole = kept;
            }
            start = at + 1;
            number++;
        }
        kept = whole;
    }
    bounds[of->texts] = found;
    return found;
}

/* The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014). */
static inline uint64_t mixed(uint64_t value)
{
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9u;
    value = (value ^ value >> 27) * 0x94D049BB133111EBu;
    return value ^ value >> 31;
}

static inline void key_of(const void *points, int width, int64_t at, int64_t stop, uint64_t *key)
{
    uint64_t length = (uint64_t)(stop - at), sums[2] = {0, 0}, places[2] = {0, 0};
    for (; at < stop; at += TOGETHER) {
        uint64_t word = point_at(points, width, at);
        if (at + 1 < stop) word |= (uint64_t)point_at(points, width, at + 1) << BITS;
        if (at + 2 < stop) word |= (uint64_t)point_at(points, width, at + 2) << 2 * BITS;
        for (int k = 0; k < 2; k++) sums[k] += mixed(word + (places[k] += STEPS[k]));
    }
    for (int k = 0; k < 2; k++) key[k] = mixed(sums[k] + length * STEPS[k]);
}

static inline void keys_of(const Codes *of, int width, uint64_t *out)
{
    for (int64_t i = 0; i < of->texts; i++) key_of(of->points, width, of->offsets[i], of->offsets[i + 1], out + 2 * i);
}

/* Of each text the kinds of its last code point, and those of all if it has `longest` at most; two bytes a text. */
static inline void kinds_of(const Codes *of, int width, const uint8_t *kinds, int64_t longest, uint8_t *out)
{
    for (int64_t i = 0; i < of->texts; i++) {
        int64_t at = of->offsets[i], stop = of->offsets[i + 1];
        uint8_t last = 0, within = 0;
        for (at = stop - at > longest ? stop - 1 : at; at < stop; at++) {
            uint32_t point = point_at(of->points, width, at);
            within |= last = point < PLANE ? kinds[point] : 0;
        }
        out[2 * i] = last;
        out[2 * i + 1] = stop - of->offsets[i] > longest ? 0 : within;
    }
}

/* ---------------------------------------------------------------- the module */

static int has_room(const Py_buffer *view, int64_t entries, int64_t size)
{
    return entries >= 0 && view->len / size >= entries && (uintptr_t)view->buf % (size_t)size == 0;
}

/* Whether points and offsets describe texts, and the results have room. */
static int valid(const Py_buffer *points, int width, const Py_buffer *offsets, Codes *of)
{
    if (width != 2 && width != 4) return 0;
    *of = (Codes){points->buf, width, points->len / width, offsets->buf, offsets->len / 8 - 1};
    if (of->texts < 0 || !has_room(points, of->count, width) || !has_room(offsets, of->texts + 1, 8)) return 0;
    int ok = of->offsets[0] >= 0 && of->offsets[of->texts] <= of->count;
    for (int64_t i = 0; i < of->texts; i++) ok &= of->offsets[i] <= of->offsets[i + 1];
    return ok;
}

static PyObject *lines(PyObject *module, PyObject *args)
{
    Py_buffer points, offsets, table, out, rows, bounds;
    Codes of;
    int width;
    int64_t found = -1;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*iy*y*w*w*w*", &points, &width, &offsets, &table, &out, &rows, &bounds)) return NULL;
    if (valid(&points, width, &offsets, &of) && has_room(&table, PLANE, 2) && has_room(&out, of.count, width)
        && has_room(&rows, 0, 8) && has_room(&bounds, of.texts + 1, 8)) {
        int64_t room = rows.len / (int64_t)sizeof(Line);
        Py_BEGIN_ALLOW_THREADS
        found = width == 2 ? lines_of(&of, 2, table.buf, out.buf, rows.buf, room, bounds.buf)
                           : lines_of(&of, 4, table.buf, out.buf, rows.buf, room, bounds.buf);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&points);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&table);
    PyBuffer_Release(&out);
    PyBuffer_Release(&rows);
    PyBuffer_Release(&bounds);
    return found >= 0 ? PyLong_FromLongLong(found) : (PyErr_SetString(PyExc_ValueError, UNFIT), NULL);
}

static PyObject *through(PyObject *module, PyObject *args)
{
    Py_buffer points, offsets, table, out, bounds;
    Codes of;
    int width;
    int64_t kept = -1;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*iy*y*w*w*", &points, &width, &offsets, &table, &out, &bounds)) return NULL;
    if (valid(&points, width, &offsets, &of) && has_room(&table, PLANE, 2) && has_room(&out, of.count, width)
        && has_room(&bounds, of.texts + 1, 8)) {
        Py_BEGIN_ALLOW_THREADS
        kept = width == 2 ? written_through(&of, 2, table.buf, out.buf, bounds.buf)
                          : written_through(&of, 4, table.buf, out.buf, bounds.buf);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&points);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&table);
    PyBuffer_Release(&out);
    PyBuffer_Release(&bounds);
    return kept >= 0 ? PyLong_FromLongLong(kept) : (PyErr_SetString(PyExc_ValueError, UNFIT), NULL);
}

static PyObject *keys(PyObject *module, PyObject *args)
{
    Py_buffer points, offsets, out;
    Codes of;
    int width;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*iy*w*", &points, &width, &offsets, &out)) return NULL;
    int ok = valid(&points, width, &offsets, &of) && has_room(&out, 2 * of.texts, 8);
    if (ok) {
        Py_BEGIN_ALLOW_THREADS
        if (width == 2) keys_of(&of, 2, out.buf);
        else keys_of(&of, 4, out.buf);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&points);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&out);
    return ok ? Py_NewRef(Py_None) : (PyErr_SetString(PyExc_ValueError, UNFIT), NULL);
}

static PyObject *kinds(PyObject *module, PyObject *args)
{
    Py_buffer points, offsets, table, out;
    Codes of;
    int width;
    long long longest;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*iy*y*Lw*", &points, &width, &offsets, &table, &longest, &out)) return NULL;
    int ok = valid(&points, width, &offsets, &of) && has_room(&table, PLANE, 1) && has_room(&out, 2 * of.texts, 1);
    if (ok) {
        Py_BEGIN_ALLOW_THREADS
        if (width == 2) kinds_of(&of, 2, table.buf, longest, out.buf);
        else kinds_of(&of, 4, table.buf, longest, out.buf);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&points);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&table);
    PyBuffer_Release(&out);
    return ok ? Py_NewRef(Py_None) : (PyErr_SetString(PyExc_ValueError, UNFIT), NULL);
}

static PyMethodDef functions[] = {
    {"lines", lines, METH_VARARGS,
     "lines(points, width, offsets, table, out, rows, bounds) -> int: how many lines do not fold to nothing"},
    {"through", through, METH_VARARGS,
     "through(points, width, offsets, table, out, bounds) -> int: how many code points a table leaves of texts"},
    {"keys", keys, METH_VARARGS, "keys(points, width, offsets, out): two words a text"},
    {"kinds", kinds, METH_VARARGS, "kinds(points, width, offsets, table, longest, out): two bytes a text"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_folding", NULL, 0, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__folding(void) { return PyModuleDef_Init(&definition); }
