/* One look at every character of a text: the hits of normalize/policies.py that two neighbours decide, which are nearly
 * all, and whether some character is of a class.
 *
 * What a character is, a table of the basic plane tells. A copy of the text is read, so the interpreter's lock is free
 * meanwhile. Written against the stable ABI of CPython 3.11. */

#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>

enum { SIGN = 1, OPEN = 2, CHINESE = 4, CLOSER = 8, RETURN = 16, BEFORE_ONLY = 32, BLANK = 64 };
#define PLANE 0x10000
#define CALLS (SIGN | OPEN | RETURN) /* kinds that are hits, or may be */

/* What stands at `at`: characters beyond the ends are of no kind. */
static uint8_t kind_at(const Py_UCS4 *text, int64_t length, int64_t at, const uint8_t *kinds)
{
    if (at < 0 || at >= length) return 0;
    return text[at] < PLANE ? kinds[text[at]] : OPEN;
}

/* Hits for certain, from `sure` to `ends`, and the places to be looked at more closely, each in order. Of a run of blanks
 * the first stands for all. */
static void find(const Py_UCS4 *text, int64_t length, const uint8_t *kinds, int64_t *sure, int64_t *ends, int64_t *sures,
                 int64_t *open, int64_t *opens)
{
    int64_t found = 0, doubtful = 0, end;
    for (int64_t i = 0; i < length; i = end) {
        uint8_t kind = text[i] < PLANE ? kinds[text[i]] : OPEN;
        end = i + 1;
        if (!(kind & CALLS)) continue;
        uint8_t before = kind_at(text, length, i - 1, kinds);
        int certain = 0;
        if (kind & SIGN)
            certain = before & CHINESE || (before & CLOSER && kind_at(text, length, i - 2, kinds) & CHINESE)
                      || (!(kind & BEFORE_ONLY) && kind_at(text, length, i + 1, kinds) & CHINESE);
        else if (kind & RETURN)
            certain = !(before & OPEN) && i + 1 < length && text[i + 1] == '\n';
        else if (kind & BLANK) {
            while (kind_at(text, length, end, kinds) & BLANK) end++;
            certain = (!i || text[i - 1] == '\n') && !(end < length && text[end] == '\r');
        }
        if (certain) { sure[found] = i; ends[found++] = end; }
        else open[doubtful++] = i;
    }
    *sures = found;
    *opens = doubtful;
}

/* Blocks without a branch inside: most texts have none. */
static int any(const Py_UCS4 *text, int64_t length, const uint8_t *kinds)
{
    int found = 0;
    for (int64_t i = 0; i < length && !found;)
        for (int64_t stop = i + 256 < length ? i + 256 : length; i < stop; i++) found |= text[i] < PLANE && kinds[text[i]];
    return found;
}

static PyObject *as_list(const int64_t *places, int64_t count)
{
    PyObject *made = PyList_New((Py_ssize_t)count);
    for (int64_t i = 0; made && i < count; i++) {
        PyObject *place = PyLong_FromLongLong(places[i]);
        if (!place || PyList_SetItem(made, (Py_ssize_t)i, place)) Py_CLEAR(made);
    }
    return made;
}

static PyObject *scan(PyObject *module, PyObject *args)
{
    PyObject *text, *sure = NULL, *stop = NULL, *open = NULL, *made = NULL;
    const char *kinds;
    Py_ssize_t size, length;
    int64_t sures, opens;
    (void)module;
    if (!PyArg_ParseTuple(args, "Uy#", &text, &kinds, &size)) return NULL;
    if (size != PLANE) return PyErr_SetString(PyExc_ValueError, "kinds are those of the basic plane"), NULL;
    length = PyUnicode_GetLength(text);
    int64_t *places = malloc((size_t)length * 3 * sizeof *places + ((size_t)length + 1) * sizeof(Py_UCS4));
    if (!places) return PyErr_NoMemory();
    Py_UCS4 *codes = (Py_UCS4 *)(places + 3 * length);
    if (PyUnicode_AsUCS4(text, codes, length + 1, 1)) {
        Py_BEGIN_ALLOW_THREADS
        find(codes, length, (const uint8_t *)kinds, places, places + length, &sures, places + 2 * length, &opens);
        Py_END_ALLOW_THREADS
        if ((sure = as_list(places, sures)) && (stop = as_list(places + length, sures))
            && (open = as_list(places + 2 * length, opens)))
            made = Py_BuildValue("OOO", sure, stop, open);
    }
    Py_XDECREF(sure);
    Py_XDECREF(stop);
    Py_XDECREF(open);
    free(places);
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
    {"scan", scan, METH_VARARGS, "scan(text, kinds) -> (starts of hits, their ends, places that may be hits)"},
    {"meets", meets, METH_VARARGS, "meets(text, kinds) -> whether a character of the basic plane has a kind"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_scan", NULL, 0, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__scan(void) { return PyModuleDef_Init(&definition); }
