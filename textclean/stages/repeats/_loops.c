/* Whether a clause may stand directly after itself: what may_loop of this package tells, in one look at every character.
 *
 * A copy of the text is read, so the interpreter's lock is free meanwhile. Written against the stable ABI of CPython
 * 3.11. */

#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>

enum { PERIODS = 4 }; /* clauses that a unit has at most */

/* Of each sign the four characters before it, 16 bits of each, are compared with those of the four signs before. Beyond
 * the end of the text stand line breaks, so that its last clauses are compared with something too; but these breaks, save
 * the first, are compared with none of one another. */
static int find(const Py_UCS4 *text, int64_t length, const uint8_t *signs, Py_ssize_t size)
{
    uint64_t tails[PERIODS] = {0}, tail = 0;
    int64_t number = 0, kept = 0; /* signs so far, and those whose tails were kept */
    for (int64_t i = 0; i < length + 1 + PERIODS; i++) {
        Py_UCS4 code = i < length ? text[i] : '\n';
        if (code < (Py_UCS4)size && signs[code]) {
            for (int64_t k = number < PERIODS ? 0 : number - PERIODS; k < kept; k++)
                if (tails[k % PERIODS] == tail) return 1;
            if (i <= length) tails[kept++ % PERIODS] = tail;
            number++;
        }
        tail = tail << 16 | (code & 0xffff);
    }
    return 0;
}

static PyObject *may_loop(PyObject *module, PyObject *args)
{
    PyObject *text;
    const char *signs;
    Py_ssize_t size, length;
    int found = -1;
    (void)module;
    if (!PyArg_ParseTuple(args, "Uy#", &text, &signs, &size)) return NULL;
    length = PyUnicode_GetLength(text);
    Py_UCS4 *codes = malloc(((size_t)length + 1) * sizeof *codes);
    if (!codes) return PyErr_NoMemory();
    if (PyUnicode_AsUCS4(text, codes, length + 1, 1)) {
        Py_BEGIN_ALLOW_THREADS
        found = find(codes, length, (const uint8_t *)signs, size);
        Py_END_ALLOW_THREADS
    }
    free(codes);
    return found < 0 ? NULL : PyBool_FromLong(found);
}

static PyMethodDef functions[] = {
    {"may_loop", may_loop, METH_VARARGS, "may_loop(text, signs) -> whether a clause may stand directly after itself"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_loops", NULL, 0, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__loops(void) { return PyModuleDef_Init(&definition); }
