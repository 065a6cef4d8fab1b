/* The scan of policies.py for the hits that need no more than a look at two neighbours, which are nearly all.
 *
 * What a character is, a table of the basic plane tells; what is beyond it is always looked at. A copy of the text is
 * read, so the interpreter's lock is free meanwhile. Written against the stable ABI of CPython 3.11. */

#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>

enum { SIGN = 1, OPEN = 2, CHINESE = 4, CLOSER = 8, RETURN = 16, BEFORE_ONLY = 32 };
#define PLANE 0x10000
#define CALLS (SIGN | OPEN | RETURN) /* kinds that are hits, or may be */

/* What stands at `at`: characters beyond the ends are of no kind. */
static uint8_t kind_at(const Py_UCS4 *text, int64_t length, int64_t at, const uint8_t *kinds)
{
    if (at < 0 || at >= length) return 0;
    return text[at] < PLANE ? kinds[text[at]] : OPEN;
}

/* Places that are hits for certain, and those to be looked at more closely, each in order. */
static void find(const Py_UCS4 *text, int64_t length, const uint8_t *kinds, int64_t *sure, int64_t *sures, int64_t *open,
                 int64_t *opens)
{
    int64_t found = 0, doubtful = 0;
    for (int64_t i = 0; i < length; i++) {
        uint8_t kind = text[i] < PLANE ? kinds[text[i]] : OPEN;
        if (!(kind & CALLS)) continue;
        uint8_t before = kind_at(text, length, i - 1, kinds);
        int certain;
        if (kind & SIGN)
            certain = before & CHINESE || (before & CLOSER && kind_at(text, length, i - 2, kinds) & CHINESE)
                      || (!(kind & BEFORE_ONLY) && kind_at(text, length, i + 1, kinds) & CHINESE);
        else
            certain = kind & RETURN && !(before & OPEN) && i + 1 < length && text[i + 1] == '\n';
        if (certain) sure[found++] = i;
        else open[doubtful++] = i;
    }
    *sures = found;
    *opens = doubtful;
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
    PyObject *text, *sure = NULL, *open = NULL, *made = NULL;
    const char *kinds;
    Py_ssize_t size, length;
    int64_t sures, opens;
    (void)module;
    if (!PyArg_ParseTuple(args, "Uy#", &text, &kinds, &size)) return NULL;
    if (size != PLANE) return PyErr_SetString(PyExc_ValueError, "kinds are those of the basic plane"), NULL;
    length = PyUnicode_GetLength(text);
    int64_t *places = malloc((size_t)length * 2 * sizeof *places + ((size_t)length + 1) * sizeof(Py_UCS4));
    if (!places) return PyErr_NoMemory();
    Py_UCS4 *codes = (Py_UCS4 *)(places + 2 * length);
    if (PyUnicode_AsUCS4(text, codes, length + 1, 1)) {
        Py_BEGIN_ALLOW_THREADS
        find(codes, length, (const uint8_t *)kinds, places, &sures, places + length, &opens);
        Py_END_ALLOW_THREADS
        if ((sure = as_list(places, sures)) && (open = as_list(places + length, opens)))
            made = Py_BuildValue("OO", sure, open);
    }
    Py_XDECREF(sure);
    Py_XDECREF(open);
    free(places);
    return made;
}

static PyMethodDef functions[] = {
    {"scan", scan, METH_VARARGS, "scan(text, kinds) -> (places that are hits, places that may be)"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_scan", NULL, 0, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__scan(void) { return PyModuleDef_Init(&definition); }
