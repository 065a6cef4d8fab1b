/* The Python side of what reads and weighs Chinese encodings: checks arguments, releases the interpreter's lock. Written
 * against the stable ABI of CPython 3.11. */
#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include "_codes.h"
#include <stdlib.h>

static const char *const names[ENCODINGS] = {"ascii", "utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be"};

/* An argument that is bytes. */
typedef struct { const char *at; Py_ssize_t size; } Bytes;
#define INTO(bytes) &(bytes).at, &(bytes).size

/* The codes of an encoding, or none. */
static int as_codes(Bytes two, Bytes four, Codes *codes)
{
    *codes = (Codes){two.size ? (const uint32_t *)two.at : NULL, four.size ? (const uint32_t *)four.at : NULL};
    if ((two.size == LEADS * 4 && (four.size == FOURS * 4 || !four.size)) || !(two.size || four.size)) return 1;
    PyErr_SetString(PyExc_ValueError, "codes are 32,768 entries of two bytes, and 39,420 of four or none");
    return 0;
}

static int are_costs(Bytes costs)
{
    if (costs.size == (LAST_COST + 1) * 2) return 1;
    PyErr_SetString(PyExc_ValueError, "costs are those of the first 262,144 code points, and one more");
    return 0;
}

static int as_tables(Bytes gb_two, Bytes gb_four, Bytes big5_two, Bytes costs, Tables *tables)
{
    Bytes none = {NULL, 0};
    if (!as_codes(gb_two, gb_four, &tables->of[GB18030]) || !as_codes(big5_two, none, &tables->of[BIG5]) || !are_costs(costs))
        return 0;
    tables->costs = (const uint16_t *)costs.at;
    if (gb_two.size && gb_four.size && big5_two.size) return 1;
    PyErr_SetString(PyExc_ValueError, "the codes of GB18030 and of Big5 are needed");
    return 0;
}

static PyObject *as_places(const Text *found)
{
    PyObject *made = PyList_New((Py_ssize_t)found->count);
    for (size_t i = 0; made && i < found->count; i++) {
        const Place *place = &found->places[i];
        PyObject *row = Py_BuildValue("LLL", (long long)place->character, (long long)place->byte, (long long)place->size);
        if (!row || PyList_SetItem(made, (Py_ssize_t)i, row)) Py_CLEAR(made);
    }
    return made;
}

static PyObject *transcribe(PyObject *module, PyObject *args)
{
    Bytes raw, two, four;
    Codes codes;
    int alone, done, order = PY_BIG_ENDIAN ? 1 : -1;
    PyObject *made = NULL, *text, *places;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#y#y#p", INTO(raw), INTO(two), INTO(four), &alone)) return NULL;
    if (!as_codes(two, four, &codes)) return NULL;
    Text found = {malloc(((size_t)raw.size + 1) * sizeof *found.text), NULL, 0, 0, 0, 0};
    if (!found.text) return PyErr_NoMemory();
    Py_BEGIN_ALLOW_THREADS
    const uint8_t *bytes = (const uint8_t *)raw.at;
    done = codes.two ? read_codes(bytes, (size_t)raw.size, &codes, alone, &found)
                     : read_utf8(bytes, (size_t)raw.size, &found);
    Py_END_ALLOW_THREADS
    if (!done)
        PyErr_NoMemory();
    else if ((text = PyUnicode_DecodeUTF32((const char *)found.text, (Py_ssize_t)found.length * 4, NULL, &order))) {
        places = as_places(&found);
        if (places) made = Py_BuildValue("NNI", text, places, found.flags);
        else Py_DECREF(text);
    }
    free(found.text);
    free(found.places);
    return made;
}

static PyObject *look(PyObject *module, PyObject *args)
{
    Bytes raw;
    Look found;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#", INTO(raw))) return NULL;
    Py_BEGIN_ALLOW_THREADS
    found = looked((const uint8_t *)raw.at, (size_t)raw.size);
    Py_END_ALLOW_THREADS
    return Py_BuildValue("LLLLL", (long long)found.count, (long long)found.taken, (long long)found.threes,
                         (long long)found.high, (long long)found.rest);
}

static PyObject *glance(PyObject *module, PyObject *raw)
{
    char *at;
    Py_ssize_t size;
    Form form;
    (void)module;
    if (PyBytes_AsStringAndSize(raw, &at, &size)) return NULL;
    Py_BEGIN_ALLOW_THREADS
    form = formed((const uint8_t *)at, (size_t)size);
    Py_END_ALLOW_THREADS
    const Look *look = &form.look;
    return Py_BuildValue("OOOOnn(LLLLL)", form.few_zeros ? Py_True : Py_False, form.marked ? Py_True : Py_False,
                         form.ascii ? Py_True : Py_False, form.utf16 ? Py_True : Py_False, (Py_ssize_t)form.cut,
                         (Py_ssize_t)form.start, (long long)look->count, (long long)look->taken, (long long)look->threes,
                         (long long)look->high, (long long)look->rest);
}

static PyObject *strange(PyObject *module, PyObject *args)
{
    Bytes raw;
    int big, found;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#p", INTO(raw), &big)) return NULL;
    Py_BEGIN_ALLOW_THREADS
    found = strange_high_bytes((const uint8_t *)raw.at, (size_t)raw.size, big);
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(found);
}

static PyObject *weigh(PyObject *module, PyObject *args)
{
    Bytes raw, two, four, costs;
    Py_ssize_t start, stop;
    Codes codes;
    Weight weight;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#nny#y#y#", INTO(raw), &start, &stop, INTO(two), INTO(four), INTO(costs))) return NULL;
    if (!as_codes(two, four, &codes) || !are_costs(costs)) return NULL;
    if (stop > raw.size) stop = raw.size;
    if (start < 0 || start > stop) return PyErr_SetString(PyExc_ValueError, "no piece of the bytes"), NULL;
    Py_BEGIN_ALLOW_THREADS
    weight = weighed((const uint8_t *)raw.at + start, (size_t)(stop - start), codes.two ? &codes : NULL,
                     (const uint16_t *)costs.at);
    Py_END_ALLOW_THREADS
    return Py_BuildValue("LLLLL", (long long)weight.cost, (long long)weight.wide_cost, (long long)weight.wide,
                         (long long)weight.replaced, (long long)weight.cut);
}

static PyObject *rank(PyObject *module, PyObject *args)
{
    Bytes raw, gb_two, gb_four, big5_two, costs;
    Py_ssize_t start;
    unsigned tried;
    double favoured[ENCODINGS] = {0.0};
    Tables tables;
    Ranked found;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#nI(ddddd)y#y#y#y#", INTO(raw), &start, &tried, &favoured[UTF8], &favoured[GB18030],
                          &favoured[BIG5], &favoured[UTF16LE], &favoured[UTF16BE], INTO(gb_two), INTO(gb_four),
                          INTO(big5_two), INTO(costs)))
        return NULL;
    if (!as_tables(gb_two, gb_four, big5_two, costs, &tables)) return NULL;
    if (start < 0 || start > raw.size) return PyErr_SetString(PyExc_ValueError, "no place in the bytes"), NULL;
    if (tried >> ENCODINGS || tried & 1 || !(tried & (tried - 1)))
        return PyErr_SetString(PyExc_ValueError, "two encodings at least are compared"), NULL;
    Py_BEGIN_ALLOW_THREADS
    found = ranked((const uint8_t *)raw.at, (size_t)raw.size, (size_t)start, tried, favoured, &tables);
    Py_END_ALLOW_THREADS
    return Py_BuildValue("ssdLdnn", names[found.best], names[found.second], found.gap, (long long)found.telling,
                         found.average, (Py_ssize_t)found.start, (Py_ssize_t)found.stop);
}

static PyObject *cost(PyObject *module, PyObject *args)
{
    PyObject *text;
    Bytes costs;
    Py_ssize_t length;
    int64_t sum = 0;
    Py_UCS4 few[256], *codes = few;
    (void)module;
    if (!PyArg_ParseTuple(args, "Uy#", &text, INTO(costs)) || !are_costs(costs)) return NULL;
    length = PyUnicode_GetLength(text);
    if (length > 256 && !(codes = malloc((size_t)length * sizeof *codes))) return PyErr_NoMemory();
    if (!PyUnicode_AsUCS4(text, codes, length, 0)) sum = -1;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; sum >= 0 && i < length; i++) sum += cost_of(codes[i], (const uint16_t *)costs.at);
    Py_END_ALLOW_THREADS
    if (codes != few) free(codes);
    return sum < 0 ? NULL : PyLong_FromLongLong(sum);
}

static PyObject *turned(const int64_t *places, size_t count)
{
    PyObject *made = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; made && i < count; i++) {
        PyObject *place = PyLong_FromLongLong(places[count - 1 - i]);
        if (!place || PyList_SetItem(made, (Py_ssize_t)i, place)) Py_CLEAR(made);
    }
    return made;
}

static PyObject *leave_out(PyObject *module, PyObject *args)
{
    Bytes raw, two, four, costs;
    Codes codes;
    int big;
    size_t found;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#y#y#py#", INTO(raw), INTO(two), INTO(four), &big, INTO(costs))) return NULL;
    if (!as_codes(two, four, &codes) || !are_costs(costs)) return NULL;
    if (!raw.size) return PyList_New(0);
    int64_t *places = malloc((size_t)raw.size * (sizeof *places + 1));
    if (!places) return PyErr_NoMemory();
    Py_BEGIN_ALLOW_THREADS
    found = surplus((const uint8_t *)raw.at, (size_t)raw.size, &codes, big, (const uint16_t *)costs.at,
                    (uint8_t *)(places + raw.size), places);
    Py_END_ALLOW_THREADS
    PyObject *made = turned(places, found);
    free(places);
    return made;
}

static PyObject *shift(PyObject *module, PyObject *args)
{
    Bytes raw, two, four, costs;
    Py_ssize_t behind, place, size;
    Codes codes;
    Shifted found = {0, 0, NULL, 0};
    int state;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#nnny#y#y#", INTO(raw), &behind, &place, &size, INTO(two), INTO(four), INTO(costs)))
        return NULL;
    if (!as_codes(two, four, &codes) || !are_costs(costs)) return NULL;
    if (!codes.two || behind < 0 || behind > place || size < 1 || place > raw.size - size)
        return PyErr_SetString(PyExc_ValueError, "no place in the bytes"), NULL;
    Py_BEGIN_ALLOW_THREADS
    state = shifted((const uint8_t *)raw.at, (size_t)behind, (size_t)place, (size_t)size, &codes,
                    (const uint16_t *)costs.at, &found);
    Py_END_ALLOW_THREADS
    PyObject *made = NULL, *places;
    if (state < 0) PyErr_NoMemory();
    else if (!state) made = Py_NewRef(Py_None);
    else if (state == ASK) made = Py_NewRef(Py_NotImplemented);
    else if ((places = turned(found.left_out, found.count)))
        made = Py_BuildValue("LLN", (long long)found.characters, (long long)found.bytes, places);
    free(found.left_out);
    return made;
}

static PyObject *judge(PyObject *module, PyObject *args)
{
    Bytes raw, gb_two, gb_four, big5_two, costs;
    int own;
    Py_ssize_t first, last;
    size_t count;
    Tables tables;
    PyObject *made;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#inny#y#y#y#", INTO(raw), &own, &first, &last, INTO(gb_two), INTO(gb_four), INTO(big5_two), INTO(costs)))
        return NULL;
    if (!as_tables(gb_two, gb_four, big5_two, costs, &tables)) return NULL;
    if (first < 0 || last < first) return PyErr_SetString(PyExc_ValueError, "no piece of the bytes"), NULL;
    uint8_t *lines = malloc((size_t)raw.size + 1);
    if (!lines) return PyErr_NoMemory();
    Py_BEGIN_ALLOW_THREADS
    count = judged((const uint8_t *)raw.at, (size_t)raw.size, own, (size_t)first, (size_t)last, &tables, lines);
    Py_END_ALLOW_THREADS
    made = PyBytes_FromStringAndSize((const char *)lines, (Py_ssize_t)count);
    free(lines);
    return made;
}

static PyMethodDef functions[] = {
    {"transcribe", transcribe, METH_VARARGS,
     "transcribe(raw, two, four, alone) -> (text, places as (character, byte, bytes), flags); no codes: UTF-8"},
    {"look", look, METH_VARARGS,
     "look(raw) -> (characters that look like UTF-8, their bytes, how many are of three, bytes above 0x7f, those below 0xc0)"},
    {"glance", glance, METH_O,
     "glance(raw) -> (few zeros, escapes or tildes, ASCII only, perhaps UTF-16, bytes cut off, where to look, look there)"},
    {"strange", strange, METH_VARARGS, "strange(raw, big_endian) -> whether high bytes of UTF-16 are not those of Chinese"},
    {"weigh", weigh, METH_VARARGS,
     "weigh(raw, start, stop, two, four, costs) -> (cost, cost of what is not ASCII, how many, of them U+FFFD, cut)"},
    {"rank", rank, METH_VARARGS,
     "rank(raw, start, tried, favoured, gb_two, gb_four, big5_two, costs) -> "
     "(best, second, gap, telling, average, start, stop)"},
    {"cost", cost, METH_VARARGS, "cost(text, costs) -> the sum over its characters"},
    {"surplus", leave_out, METH_VARARGS,
     "surplus(raw, two, four, big_endian, costs) -> places of the bytes to leave out so that the others read best"},
    {"shifted", shift, METH_VARARGS,
     "shifted(raw, behind, place, size, two, four, costs) -> (characters, bytes, places of those to leave out), None, or "
     "NotImplemented"},
    {"judge", judge, METH_VARARGS,
     "judge(raw, own, first, last, gb_two, gb_four, big5_two, costs) -> the encoding of each line, a byte each"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_codes", NULL, 0, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__codes(void) { return PyModuleDef_Init(&definition); }
