/* The Python side of the kernel: checks buffers, releases the interpreter lock, raises. Only strings are read with it. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include "_kernel.h"
#include <stdlib.h>
#include <string.h>

#define AHEAD 16 /* strings fetched in advance */
#define VIEW "textclean.minhash._kernel.view"

typedef struct { void *at; int64_t count; } Array;
typedef struct {
    Array array[8];
    int64_t number[8];
    double real[2];
    PyObject *strings; /* a tuple, which keeps them, or NULL */
    const Texts *seen; /* what view() gave, or NULL */
    Texts texts;
    void *room;
    Py_buffer view[8];
    int views;
} Arguments;

static PyObject *leave(Arguments *of, PyObject *result)
{
    for (int i = 0; i < of->views; i++) PyBuffer_Release(of->view + i);
    free(of->room);
    return result;
}

/* Arguments by letters: i an integer, f a real number, t a tuple, c a view of strings or an array of bytes, r and w with an
 * entry's bytes an array to read or write. */
static int enter(PyObject *args, const char *letters, Arguments *out)
{
    int numbers = 0, reals = 0;
    Py_ssize_t at = 0;
    out->views = 0;
    out->strings = NULL;
    out->seen = NULL;
    out->room = NULL;
    for (; *letters && at < PyTuple_GET_SIZE(args); letters++, at++) {
        PyObject *given = PyTuple_GET_ITEM(args, at);
        if (*letters == 'i') {
            out->number[numbers++] = PyLong_AsLongLong(given);
            if (PyErr_Occurred()) break;
        } else if (*letters == 'f') {
            out->real[reals++] = PyFloat_AsDouble(given);
            if (PyErr_Occurred()) break;
        } else if (*letters == 't') {
            out->strings = given;
            if (!PyTuple_Check(given)) { PyErr_SetString(PyExc_TypeError, "a tuple is needed"); break; }
        } else if (*letters == 'c' && PyCapsule_CheckExact(given)) {
            if (!(out->seen = PyCapsule_GetPointer(given, VIEW))) break;
        } else {
            Py_buffer *view = out->view + out->views;
            if (PyObject_GetBuffer(given, view, *letters == 'w' ? PyBUF_CONTIG : PyBUF_CONTIG_RO)) break;
            int size = *letters == 'c' ? 1 : *++letters - '0';
            out->array[out->views++] = (Array){view->buf, view->len / size};
            if ((uintptr_t)view->buf % (size_t)size) { PyErr_SetString(PyExc_ValueError, "an array is not aligned"); break; }
        }
    }
    if (!*letters && at == PyTuple_GET_SIZE(args)) return 1;
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "another number of arguments is needed");
    leave(out, NULL);
    return 0;
}

/* Sets ValueError unless what is claimed holds. */
static int claim(int holds, const char *what)
{
    if (!holds) PyErr_SetString(PyExc_ValueError, what);
    return holds;
}

static int rise(Array offsets)
{
    const int64_t *at = offsets.at;
    int ok = offsets.count > 0 && offsets.count <= UINT32_MAX && at[0] >= 0;
    for (int64_t i = 0; ok && i + 1 < offsets.count; i++) ok = at[i] <= at[i + 1];
    return claim(ok, "offsets must rise");
}

/* Characters of a string; -1 and TypeError if it is none. */
static int64_t characters(PyObject *text)
{
#if PY_VERSION_HEX < 0x030C0000
    if (PyUnicode_Check(text) && !PyUnicode_IS_READY(text)) return PyUnicode_GetLength(text);
#endif
    return PyUnicode_Check(text) ? PyUnicode_GET_LENGTH(text) : PyUnicode_GetLength(text);
}

/* Room for so many texts and, behind it, their offsets. */
static void *room_for(int64_t count, Texts *out)
{
    char *room = malloc((size_t)(count + 1) * (sizeof *out->at + 8 + 1));
    int64_t *offsets = (int64_t *)(room + (size_t)(count + 1) * sizeof *out->at);
    *out = (Texts){(const char **)room, (uint8_t *)(offsets + count + 1), offsets, count};
    if (!room) PyErr_NoMemory();
    return room;
}

/* Where texts lie: one after the other in codes, or where a view says. */
static int find_texts(Arguments *of, Array codes, int64_t width, Array offsets)
{
    const int64_t *ends = offsets.at;
    if (of->seen) of->texts = *of->seen;
    if (of->seen) return claim(offsets.count == of->texts.texts + 1, "offsets are not those of the texts");
    if (!rise(offsets)
        || !claim((width == 2 || width == 4) && codes.count / width >= ends[offsets.count - 1], "codes are fewer than offsets say")
        || !claim(!((uintptr_t)codes.at % (size_t)width), "an array is not aligned")
        || !(of->room = room_for(offsets.count - 1, &of->texts)))
        return 0;
    memcpy((void *)of->texts.offsets, ends, (size_t)offsets.count * 8);
    memset(of->texts.width, (int)width, (size_t)of->texts.texts);
    for (int64_t i = 0; i < of->texts.texts; i++) of->texts.at[i] = (char *)codes.at + ends[i] * width;
    return 1;
}

static int all_below(Array values, int64_t limit)
{
    int ok = 1;
    for (int64_t i = 0; i < values.count; i++) ok &= ((int64_t *)values.at)[i] >= 0 && ((int64_t *)values.at)[i] < limit;
    return claim(ok, "index out of range");
}

static PyObject *done(Arguments *of, int failed) { return leave(of, failed ? PyErr_NoMemory() : Py_NewRef(Py_None)); }

static PyObject *as_bytes(Arguments *of, Pairs *pairs, int failed)
{
    PyObject *made = failed ? PyErr_NoMemory() : PyBytes_FromStringAndSize(NULL, pairs->count * 8);
    char *out = made ? PyBytes_AS_STRING(made) : NULL;
    for (uint64_t i = 0; out && i <= pairs->mask; i++)
        if (pairs->places[i]) { memcpy(out, pairs->places + i, 8); out += 8; }
    free(pairs->places);
    return leave(of, made);
}

/* A view of strings: the room of their Texts, the Texts, and the tuple, which keeps the strings. */
typedef struct { Texts texts; PyObject *strings; } View;

static void drop_view(PyObject *capsule)
{
    View *view = PyCapsule_GetPointer(capsule, VIEW);
    Py_DECREF(view->strings);
    free(view->texts.at);
    free(view);
}

static PyObject *view(PyObject *module, PyObject *args)
{
    Arguments of;
    (void)module;
    if (!enter(args, "tw8", &of)) return NULL;
    int64_t count = PyTuple_GET_SIZE(of.strings), end = 0;
    if (!claim(of.array[0].count == count + 1, "offsets are as many as texts and one more")) return leave(&of, NULL);
    View *made = malloc(sizeof *made);
    if (!made || !room_for(count, &made->texts)) { free(made); return leave(&of, PyErr_NoMemory()); }
    int64_t *ends = (int64_t *)made->texts.offsets;
    made->strings = Py_NewRef(of.strings);
    PyObject *capsule = PyCapsule_New(made, VIEW, drop_view);
    for (int64_t i = 0; capsule && i < count; i++) {
        PyObject *text = PyTuple_GET_ITEM(of.strings, i);
        if (i + AHEAD < count) PREFETCH(PyTuple_GET_ITEM(of.strings, i + AHEAD));
        int64_t length = characters(text);
        if (length < 0) { Py_DECREF(capsule); return leave(&of, NULL); }
        ends[i] = end;
        end += length;
        made->texts.at[i] = PyUnicode_DATA(text);
        made->texts.width[i] = (uint8_t)PyUnicode_KIND(text);
    }
    if (!capsule) { Py_DECREF(made->strings); free(made->texts.at); free(made); return leave(&of, NULL); }
    ends[count] = end;
    memcpy(of.array[0].at, ends, (size_t)(count + 1) * 8);
    return leave(&of, capsule);
}

/* Copies a string; 0 if a character is too wide. */
static int copy(PyObject *text, int64_t length, int64_t width, void *out)
{
    int kind = PyUnicode_KIND(text);
    if (kind == width) memcpy(out, PyUnicode_DATA(text), (size_t)(length * width));
    else if (kind == 4) return !length;
    else for (int64_t i = 0; i < length; i++) {
        Py_UCS4 code = PyUnicode_READ(kind, PyUnicode_DATA(text), i);
        if (width == 2) ((uint16_t *)out)[i] = (uint16_t)code;
        else ((uint32_t *)out)[i] = code;
    }
    return 1;
}

static PyObject *pack(PyObject *module, PyObject *args)
{
    Arguments of;
    (void)module;
    if (!enter(args, "tr8w1i", &of)) return NULL;
    Py_ssize_t count = PyTuple_GET_SIZE(of.strings);
    PyObject **strings = PySequence_Fast_ITEMS(of.strings);
    const int64_t *ends = of.array[0].at, width = of.number[0];
    if (!claim(width == 2 || width == 4, "width is 2 or 4") || !rise(of.array[0])
        || !claim(of.array[0].count == count + 1 && of.array[1].count / width >= ends[count]
                      && !((uintptr_t)of.array[1].at % (size_t)width), "offsets are not those of the texts"))
        return leave(&of, NULL);
    for (Py_ssize_t i = 0; i < count; i++) {
        const char *soon = (const char *)strings[i + 2 < count ? i + 2 : i];
        for (int line = 0; line < 8; line++) PREFETCH(soon + line * 64);
        int64_t length = characters(strings[i]);
        if (length < 0 || !claim(length == ends[i + 1] - ends[i], "offsets are not those of the texts")) return leave(&of, NULL);
        if (!copy(strings[i], length, width, (char *)of.array[1].at + ends[i] * width)) return leave(&of, Py_NewRef(Py_False));
    }
    return leave(&of, Py_NewRef(Py_True));
}

static PyObject *sketch(PyObject *module, PyObject *args)
{
    Arguments of;
    int failed;
    (void)module;
    if (!enter(args, "cir8iiiw8w8w2w4w4w8", &of)) return NULL;
    const Array *offsets = of.array + !of.seen, *first = offsets + 1, *index = offsets + 2, *narrow = offsets + 3;
    const Array *wide = offsets + 4, *prints = offsets + 5, *bounds = offsets + 6;
    const Texts *texts = &of.texts;
    Sketch to = {of.number[1], of.number[2], of.number[3], first->count ? first->at : NULL, index->at, narrow->at, wide->at,
                 prints->count ? prints->at : NULL, bounds->at, 0, 0};
    if (!claim(to.n > 0 && to.slots > 0, "n and slots are at least 1") || !find_texts(&of, of.array[0], of.number[0], *offsets))
        return leave(&of, NULL);
    int64_t rows = 0, count = texts->texts, characters = texts->offsets[count] - texts->offsets[0];
    for (int64_t i = 0; i < count; i++) rows += texts->offsets[i + 1] - texts->offsets[i] > to.beyond;
    if (!claim((!first->count || first->count >= count) && index->count >= count && narrow->count / to.slots >= count
                   && wide->count / to.slots >= rows && bounds->count > count
                   && (!prints->count || prints->count >= characters), "an array is too small"))
        return leave(&of, NULL);
    to.bounds[0] = 0;
    Py_BEGIN_ALLOW_THREADS
    failed = sketch_all(texts, &to);
    Py_END_ALLOW_THREADS
    return leave(&of, failed ? PyErr_NoMemory() : PyLong_FromLongLong(to.rows));
}

static PyObject *meet(PyObject *module, PyObject *args)
{
    Arguments of;
    Pairs found;
    int failed;
    (void)module;
    if (!enter(args, "r1r8iiiiiiiir1w1", &of)) return NULL;
    const int64_t *given = of.number;
    const Array *signature = of.array, *index = of.array + 1, *apart = of.array + 2, *crowded = of.array + 3;
    Meeting to = {signature->at, index->count ? index->at : NULL, (int)given[0], crowded->count, given[1], given[2], given[3], given[4], given[5], given[6], given[7],
                  apart->count ? apart->at : NULL, crowded->at};
    if (!claim((to.width == 2 || to.width == 4) && to.slots > 0 && to.rows > 0 && to.bands >= 0
                   && to.bands <= to.slots / to.rows && to.window > 0 && to.room > 2 * to.window && to.residents >= 0
                   && to.residents <= to.count && to.count < UINT32_MAX, "no such bands")
        || !claim((index->count ? index->count : signature->count / to.width / to.slots) >= to.count && !((uintptr_t)signature->at % (size_t)to.width)
                      && (!apart->count || apart->count >= to.count), "an array is too small or not aligned")
        || !all_below(*index, signature->count / to.width / to.slots))
        return leave(&of, NULL);
    Py_BEGIN_ALLOW_THREADS
    failed = meet_all(&to, &found);
    Py_END_ALLOW_THREADS
    return as_bytes(&of, &found, failed);
}

static PyObject *hold(PyObject *module, PyObject *args)
{
    Arguments of;
    Pairs found;
    int failed;
    (void)module;
    if (!enter(args, "r4r8r8iir8w1", &of)) return NULL;
    const Array *bounds = of.array + 1, *order = of.array + 2, *need = of.array + 3, *crowded = of.array + 4;
    const Array *prints = of.array;
    Holding to = {prints->at, bounds->at, order->at, need->at, order->count, of.number[0], of.number[1], crowded->at};
    if (!claim(to.window > 0 && to.room > 2 * to.window && to.texts < UINT32_MAX / 2, "no such window") || !rise(*bounds)
        || !claim(prints->count >= to.bounds[bounds->count - 1], "prints are fewer than bounds say")
        || !all_below(*order, bounds->count - 1)
        || !claim(need->count > NEEDS && crowded->count >= to.texts, "an array is too small"))
        return leave(&of, NULL);
    Py_BEGIN_ALLOW_THREADS
    failed = hold_all(&to, &found);
    Py_END_ALLOW_THREADS
    return as_bytes(&of, &found, failed);
}

static PyObject *overlap(PyObject *module, PyObject *args)
{
    Arguments of;
    int failed;
    (void)module;
    if (!enter(args, "cir8r8iffw8", &of)) return NULL;
    const Array *offsets = of.array + !of.seen, *pairs = offsets + 1, *counts = offsets + 2;
    int64_t n = of.number[1], count = pairs->count / 2;
    Limits least = {of.real[0], of.real[1]};
    if (!claim(n > 0, "n is at least 1") || !find_texts(&of, of.array[0], of.number[0], *offsets)
        || !all_below(*pairs, of.texts.texts) || !claim(counts->count / 3 >= count, "counts is too small"))
        return leave(&of, NULL);
    Py_BEGIN_ALLOW_THREADS
    failed = count_pairs(&of.texts, pairs->at, count, n, &least, counts->at);
    Py_END_ALLOW_THREADS
    return done(&of, failed);
}

/* Pairs of texts, of which state has an entry each. */
static int describes_pairs(Array left, Array right, Array state)
{
    return claim(left.count == right.count, "there must be as many left as right texts") && all_below(left, state.count)
           && all_below(right, state.count);
}

static PyObject *fall(PyObject *module, PyObject *args)
{
    Arguments of;
    (void)module;
    if (!enter(args, "r8r8iw1", &of)) return NULL;
    if (!describes_pairs(of.array[0], of.array[1], of.array[2])) return leave(&of, NULL);
    const int64_t *left = of.array[0].at, *right = of.array[1].at;
    uint8_t *state = of.array[2].at;
    for (int64_t i = 0; i < of.array[0].count; i++)
        if (!state[left[i]] && !state[right[i]]) state[right[i]] = (uint8_t)of.number[0];
    return done(&of, 0);
}

static PyObject *choose(PyObject *module, PyObject *args)
{
    Arguments of;
    (void)module;
    if (!enter(args, "r8r8r8ir1w8w8", &of)) return NULL;
    const int64_t *left = of.array[0].at, *right = of.array[1].at, texts = of.array[3].count;
    const double *score = of.array[2].at;
    const uint8_t *state = of.array[3].at;
    int64_t *twin = of.array[4].at;
    double *best = of.array[5].at;
    if (!describes_pairs(of.array[0], of.array[1], of.array[3])
        || !claim(of.array[2].count == of.array[0].count && of.array[4].count >= texts && of.array[5].count >= texts,
                  "an array is too small"))
        return leave(&of, NULL);
    for (int64_t i = 0; i < of.array[0].count; i++) {
        int64_t own = right[i];
        if (state[own] != of.number[0] || state[left[i]]) continue;
        if (twin[own] >= 0 && (score[i] < best[own] || (score[i] == best[own] && left[i] > twin[own]))) continue;
        twin[own] = left[i];
        best[own] = score[i];
    }
    return done(&of, 0);
}

static PyObject *follow(PyObject *module, PyObject *args)
{
    Arguments of;
    (void)module;
    if (!enter(args, "r8iw1w8w8", &of)) return NULL;
    const int64_t *first = of.array[0].at, texts = of.array[0].count;
    uint8_t *kind = of.array[1].at;
    int64_t *twin = of.array[2].at;
    double *best = of.array[3].at;
    if (!all_below(of.array[0], texts)
        || !claim(of.array[1].count >= texts && of.array[2].count >= texts && of.array[3].count >= texts, "an array is too small"))
        return leave(&of, NULL);
    for (int64_t i = 0; i < texts; i++) {
        int64_t home = first[i];
        if (home == i) continue;
        kind[i] = kind[home] ? kind[home] : (uint8_t)of.number[0];
        twin[i] = kind[home] ? twin[home] : home;
        best[i] = kind[home] ? best[home] : 1.0;
    }
    return done(&of, 0);
}

static PyMethodDef functions[] = {
    {"pack", pack, METH_VARARGS, "pack(texts: tuple[str, ...], offsets, out, width) -> bool: whether all code points fit"},
    {"sketch", sketch, METH_VARARGS,
     "sketch(codes, width, offsets, n, slots, beyond, first, index, narrow, wide, prints, bounds) -> int: how many; without first all"},
    {"meet", meet, METH_VARARGS,
     "meet(signature, index, width, residents, slots, bands, rows, window, room, least, apart, crowded) -> bytes: pairs, unordered"},
    {"hold", hold, METH_VARARGS,
     "hold(prints, bounds, order, window, room, need, crowded) -> bytes: pairs of ranks that may contain one another, unordered"},
    {"overlap", overlap, METH_VARARGS, "overlap(codes, width, offsets, pairs, n, jaccard, contained, counts): shared, left, right of each; 0 below both"},
    {"fall", fall, METH_VARARGS, "fall(left, right, kind, state): pair by pair, the right text if both have no state yet"},
    {"choose", choose, METH_VARARGS,
     "choose(left, right, similarity, kind, state, twin, best): the most similar left text that has no state"},
    {"follow", follow, METH_VARARGS, "follow(first, exact, kind, twin, best): copies take the verdict of the first one, or fall to it"},
    {"view", view, METH_VARARGS, "view(texts: tuple[str, ...], offsets) -> what stands for codes; fills the offsets"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_kernel", NULL, 0, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernel(void) { return PyModuleDef_Init(&definition); }
