/* Where two texts differ: the shortest edit script of characters (Myers: An O(ND) difference algorithm and its variations,
 * Algorithmica 1986), greedy, with every step kept. stretches.py does the same in plain Python.
 *
 * No state is kept between calls, and the interpreter's lock is free meanwhile. Written against the stable ABI of
 * CPython 3.11. */

#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct { const Py_UCS4 *a, *b; int32_t n, m; } Texts;
typedef struct { int32_t *reach; int64_t room; } Trace; /* reach[d * d + d + k]: how far in a diagonal k goes with d edits */

#define NOWHERE (-1)

/* The place in a where diagonal k is entered with d edits; `down`: by a character of b. NOWHERE if it is not. */
static int32_t entered(const Texts *texts, const int32_t *reach, int32_t d, int32_t k, int *down)
{
    const int32_t *before = reach + (int64_t)(d - 1) * (d - 1) + (d - 1);
    int32_t below = k + 1 <= d - 1 ? before[k + 1] : NOWHERE, left = k - 1 >= 1 - d ? before[k - 1] : NOWHERE;
    if (below != NOWHERE && below - k > texts->m) below = NOWHERE;
    left = left == NOWHERE || left + 1 > texts->n ? NOWHERE : left + 1;
    *down = below != NOWHERE && below >= left;
    return *down ? below : left;
}

/* The number of edits, or -1 if there are more than `most`, or -2 if there is no memory. */
static int32_t edits(const Texts *texts, int32_t most, Trace *trace)
{
    for (int32_t d = 0; d <= most; d++) {
        int64_t end = (int64_t)(d + 1) * (d + 1);
        if (end > trace->room) {
            int32_t *more = realloc(trace->reach, (size_t)end * 2 * sizeof *more);
            if (!more) return -2;
            trace->reach = more;
            trace->room = end * 2;
        }
        int32_t *row = trace->reach + (int64_t)d * d + d;
        for (int32_t k = -d; k <= d; k += 2) {
            int down;
            int32_t x = d ? entered(texts, trace->reach, d, k, &down) : 0;
            if (x != NOWHERE)
                while (x < texts->n && x - k < texts->m && texts->a[x] == texts->b[x - k]) x++;
            row[k] = x;
            if (x == texts->n && x - k == texts->m) return d;
        }
    }
    return -1;
}

/* The stretches, last first, four numbers each; how many there are. */
static int32_t collect(const Texts *texts, const int32_t *reach, int32_t d, int32_t offset, int32_t *out)
{
    int32_t x = texts->n, y = texts->m, found = 0, a_end = x, b_end = y;
    for (; d > 0; d--) {
        int down;
        int32_t from = entered(texts, reach, d, x - y, &down);
        if (x > from) { /* equal characters part two stretches */
            if (a_end > x || b_end > y) {
                int32_t *one = out + 4 * (int64_t)found++;
                one[0] = x + offset, one[1] = a_end + offset, one[2] = y + offset, one[3] = b_end + offset;
            }
            y -= x - from;
            x = from;
            a_end = x;
            b_end = y;
        }
        if (down) y--;
        else x--;
    }
    if (a_end > x || b_end > y) {
        int32_t *one = out + 4 * (int64_t)found++;
        one[0] = x + offset, one[1] = a_end + offset, one[2] = y + offset, one[3] = b_end + offset;
    }
    return found;
}

static PyObject *as_tuple(const int32_t *out, int32_t found)
{
    PyObject *made = PyTuple_New(found);
    for (int32_t i = 0; made && i < found; i++) {
        const int32_t *one = out + 4 * (int64_t)(found - 1 - i);
        PyObject *stretch = Py_BuildValue("iiii", one[0], one[1], one[2], one[3]);
        if (!stretch || PyTuple_SetItem(made, i, stretch)) Py_CLEAR(made);
    }
    return made;
}

static PyObject *stretches(PyObject *module, PyObject *args)
{
    PyObject *left, *right, *made = NULL;
    Py_UCS4 *codes = NULL;
    int32_t *out = NULL, found = 0, d = 0, head = 0;
    Trace trace = {NULL, 0};
    int most;
    (void)module;
    if (!PyArg_ParseTuple(args, "UUi", &left, &right, &most)) return NULL;
    Py_ssize_t n = PyUnicode_GetLength(left), m = PyUnicode_GetLength(right);
    if (n > INT32_MAX / 4 || m > INT32_MAX / 4 || most < 0 || most > 1 << 14)
        return PyErr_SetString(PyExc_ValueError, "texts of less than 2^29 characters, and at most 2^14 edits"), NULL;
    codes = malloc(((size_t)n + (size_t)m + 2) * sizeof *codes);
    out = malloc(((size_t)most + 1) * 4 * sizeof *out);
    if (!codes || !out) { PyErr_NoMemory(); goto done; }
    if (!PyUnicode_AsUCS4(left, codes, n + 1, 1) || !PyUnicode_AsUCS4(right, codes + n + 1, m + 1, 1)) goto done;
    Py_BEGIN_ALLOW_THREADS
    Texts texts = {codes, codes + n + 1, (int32_t)n, (int32_t)m};
    while (head < texts.n && head < texts.m && texts.a[head] == texts.b[head]) head++;
    texts.a += head, texts.b += head, texts.n -= head, texts.m -= head;
    while (texts.n && texts.m && texts.a[texts.n - 1] == texts.b[texts.m - 1]) texts.n--, texts.m--;
    if ((d = edits(&texts, most, &trace)) > 0) found = collect(&texts, trace.reach, d, head, out);
    Py_END_ALLOW_THREADS
    if (d == -2) PyErr_NoMemory();
    else made = d == -1 ? Py_NewRef(Py_None) : as_tuple(out, found);
done:
    free(trace.reach);
    free(out);
    free(codes);
    return made;
}

static PyMethodDef functions[] = {
    {"stretches", stretches, METH_VARARGS, "stretches(left, right, most) -> (start, end, start, end) of each, or None if they are many"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_stretches", NULL, 0, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__stretches(void) { return PyModuleDef_Init(&definition); }
