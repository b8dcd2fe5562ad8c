#include "store/pack.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"

/* ---- writing ---- */

void pack_number(struct text *out, uint64_t number)
{
    char bytes[10];
    size_t n = 0;
    for (; number >= 0x80; number >>= 7)
        bytes[n++] = (char)(unsigned char)(number | 0x80);
    bytes[n++] = (char)number;
    text_addn(out, bytes, n);
}

void pack_fixed(struct text *out, uint64_t number)
{
    char bytes[8];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(unsigned char)(number >> 8 * i);
    text_addn(out, bytes, sizeof(bytes));
}

void pack_text(struct text *out, const char *text)
{
    size_t n = strlen(text);
    pack_number(out, n);
    text_addn(out, text, n + 1);
}

static void pack_string(struct text *out, const char *bytes, size_t n)
{
    pack_number(out, n);
    text_addn(out, bytes, n);
}

static bool pack_at(struct text *out, const json_t *value, size_t *values, int depth);

static bool pack_array(struct text *out, const json_t *array, size_t *values, int depth)
{
    size_t n = json_array_size(array);
    text_addc(out, 'a');
    pack_number(out, n);
    for (size_t i = 0; i < n; i++)
        if (!pack_at(out, json_array_get(array, i), values, depth))
            return false;
    return true;
}

static bool pack_object(struct text *out, const json_t *object, size_t *values, int depth)
{
    json_t *whole = (json_t *)(uintptr_t)object; /* iterating changes nothing */
    text_addc(out, 'o');
    pack_number(out, json_object_size(object));
    for (void *at = json_object_iter(whole); at; at = json_object_iter_next(whole, at)) {
        pack_string(out, json_object_iter_key(at), json_object_iter_key_len(at));
        if (!pack_at(out, json_object_iter_value(at), values, depth))
            return false;
    }
    return true;
}

static bool pack_at(struct text *out, const json_t *value, size_t *values, int depth)
{
    if (depth >= PACK_DEPTH_MAX || ++*values > PACK_VALUES_MAX || out->over)
        return false;
    switch (json_typeof(value)) {
    case JSON_NULL: text_addc(out, 'n'); return true;
    case JSON_TRUE: text_addc(out, 't'); return true;
    case JSON_FALSE: text_addc(out, 'f'); return true;
    case JSON_INTEGER: {
        uint64_t number = (uint64_t)json_integer_value(value);
        text_addc(out, 'i');
        pack_number(out, number << 1 ^ (number >> 63 ? UINT64_MAX : 0));
        return true;
    }
    case JSON_REAL: {
        double real = json_real_value(value);
        uint64_t bits;
        memcpy(&bits, &real, sizeof(bits));
        text_addc(out, 'd');
        pack_fixed(out, bits);
        return true;
    }
    case JSON_STRING:
        text_addc(out, 's');
        pack_string(out, json_string_value(value), json_string_length(value));
        return true;
    case JSON_ARRAY: return pack_array(out, value, values, depth + 1);
    case JSON_OBJECT: return pack_object(out, value, values, depth + 1);
    }
    return false;
}

bool pack_value(struct text *out, const json_t *value)
{
    size_t values = 0;
    return pack_at(out, value, &values, 0);
}

/* ---- reading ---- */

static size_t left(const struct unpack *in)
{
    return in->bad ? 0 : (size_t)(in->end - in->at);
}

const unsigned char *unpack_bytes(struct unpack *in, size_t n)
{
    if (left(in) < n) {
        in->bad = true;
        return NULL;
    }
    in->at += n;
    return in->at - n;
}

uint64_t unpack_number(struct unpack *in)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && left(in); shift += 7) {
        unsigned char byte = *in->at++;
        number |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            return number;
    }
    in->bad = true;
    return 0;
}

size_t unpack_count(struct unpack *in, size_t least)
{
    uint64_t count = unpack_number(in);
    if (count > left(in) / least)
        in->bad = true;
    return in->bad ? 0 : (size_t)count;
}

uint64_t unpack_fixed(struct unpack *in)
{
    const unsigned char *bytes = unpack_bytes(in, 8);
    uint64_t number = 0;
    for (size_t i = 0; bytes && i < 8; i++)
        number |= (uint64_t)bytes[i] << 8 * i;
    return number;
}

const char *unpack_text(struct unpack *in)
{
    size_t n = unpack_count(in, 1);
    const char *text = (const char *)unpack_bytes(in, n + 1);
    if (!text || text[n] || memchr(text, '\0', n)) {
        in->bad = true;
        return "";
    }
    return text;
}

static const char *unpack_string(struct unpack *in, size_t *n)
{
    *n = unpack_count(in, 1);
    const char *text = (const char *)unpack_bytes(in, *n);
    if (text && text_utf8_valid(text, *n) == *n)
        return text;
    in->bad = true;
    return NULL;
}

static json_t *unpack_at(struct unpack *in, int depth);

static json_t *unpack_array(struct unpack *in, int depth)
{
    size_t n = unpack_count(in, 1);
    json_t *array = memory_need(json_array());
    for (size_t i = 0; i < n && !in->bad; i++) {
        json_t *member = unpack_at(in, depth);
        if (member)
            json_array_append_new(array, member);
    }
    return array;
}

static json_t *unpack_object(struct unpack *in, int depth)
{
    size_t n = unpack_count(in, 2), key_n;
    json_t *object = memory_need(json_object());
    for (size_t i = 0; i < n && !in->bad; i++) {
        const char *key = unpack_string(in, &key_n);
        json_t *member = key ? unpack_at(in, depth) : NULL;
        if (member)
            json_object_setn_new_nocheck(object, key, key_n, member);
    }
    in->bad |= json_object_size(object) != n;
    return object;
}

static json_t *unpack_real(struct unpack *in)
{
    uint64_t bits = unpack_fixed(in);
    double real;
    memcpy(&real, &bits, sizeof(real));
    in->bad |= !isfinite(real);
    return in->bad ? NULL : memory_need(json_real(real));
}

static json_t *unpack_integer(struct unpack *in)
{
    uint64_t number = unpack_number(in);
    return memory_need(json_integer((json_int_t)(number >> 1 ^ (number & 1 ? UINT64_MAX : 0))));
}

/* What was built so far comes back when `in` is bad; unpack_value frees it. */
static json_t *unpack_at(struct unpack *in, int depth)
{
    const unsigned char *kind = unpack_bytes(in, 1);
    in->bad |= depth >= PACK_DEPTH_MAX || ++in->values > PACK_VALUES_MAX;
    if (in->bad || !kind)
        return NULL;
    size_t n;
    switch (*kind) {
    case 'n': return json_null();
    case 't': return json_true();
    case 'f': return json_false();
    case 'i': return unpack_integer(in);
    case 'd': return unpack_real(in);
    case 's': {
        const char *text = unpack_string(in, &n);
        return text ? memory_need(json_stringn_nocheck(text, n)) : NULL;
    }
    case 'a': return unpack_array(in, depth + 1);
    case 'o': return unpack_object(in, depth + 1);
    default: in->bad = true; return NULL;
    }
}

json_t *unpack_value(struct unpack *in)
{
    json_t *value = unpack_at(in, 0);
    if (!in->bad)
        return value;
    json_decref(value);
    return NULL;
}
