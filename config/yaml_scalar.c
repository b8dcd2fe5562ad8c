#include "config/yaml_scalar.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/moment.h"
#include "config/yaml_number.h"

static bool set_bool(struct node *node)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};
    for (size_t i = 0; i < 6; i++)
        if (strlen(words[i]) == node->string_len && strcasecmp(words[i], node->string) == 0) {
            node->kind = NODE_BOOL;
            node->boolean = i % 2;
            return true;
        }
    return false;
}

/* Up to `most` digits at *p. */
static bool number(const char **p, int least, int most, int *out)
{
    int value = 0, n = 0;
    for (; n < most && **p >= '0' && **p <= '9'; n++)
        value = value * 10 + (*(*p)++ - '0');
    *out = value;
    return n >= least;
}

static bool character(const char **p, char c)
{
    if (**p != c)
        return false;
    (*p)++;
    return true;
}

static void skip_blanks(const char **p)
{
    while (**p == ' ' || **p == '\t')
        (*p)++;
}

/* "[ \t]*(Z|[-+]hh?(:mm)?)" or nothing, up to the end. */
static bool read_zone(const char *p, struct moment *out)
{
    if (*p == '\0')
        return true;
    skip_blanks(&p);
    out->has_zone = true;
    if (character(&p, 'Z'))
        return *p == '\0';
    int sign = *p == '-' ? -1 : 1, hours, minutes = 0;
    if (*p != '-' && *p != '+')
        return false;
    p++;
    if (!number(&p, 1, 2, &hours) || (character(&p, ':') && !number(&p, 2, 2, &minutes)) || *p != '\0')
        return false;
    out->zone_min = sign * (hours * 60 + minutes);
    return hours * 60 + minutes < 24 * 60;
}

static bool read_clock(const char *p, int year, int month, int day, struct moment *out)
{
    int hour, minute, second, us = 0, digits = 0;
    if (*p == 'T' || *p == 't')
        p++;
    else if (*p == ' ' || *p == '\t')
        skip_blanks(&p);
    else
        return false;
    if (!number(&p, 1, 2, &hour) || !character(&p, ':') || !number(&p, 2, 2, &minute) || !character(&p, ':') ||
        !number(&p, 2, 2, &second) || hour > 23 || minute > 59 || second > 59)
        return false;
    if (character(&p, '.'))
        for (; *p >= '0' && *p <= '9'; p++, digits++)
            us = digits < 6 ? us * 10 + (*p - '0') : us;
    for (; digits && digits < 6; digits++)
        us *= 10;
    if (!read_zone(p, out))
        return false;
    out->us = ((moment_days(year, month, day) * 24 + hour) * 60 + minute - out->zone_min) * 60000000 +
              second * INT64_C(1000000) + us;
    return true;
}

/* Text as Python's str() of a date or a datetime; `integer` is the instant and `boolean` says that a zone was given. */
static bool set_time(struct arena *arena, struct node *node)
{
    size_t len = node->string_len; /* PyYAML's pattern allows for a last line feed */
    const char *p = arena_strndup(arena, node->string, len && node->string[len - 1] == '\n' ? len - 1 : len);
    int year, month, day;
    if (strlen(node->string) != len || !number(&p, 4, 4, &year) || !character(&p, '-') ||
        !number(&p, 1, 2, &month) || !character(&p, '-') || !number(&p, 1, 2, &day) ||
        !moment_date_valid(year, month, day))
        return false;
    struct moment moment = {0};
    char text[MOMENT_TEXT_MAX];
    if (*p == '\0')
        snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day);
    else if (read_clock(p, year, month, day, &moment))
        moment_isoformat(moment, ' ', text);
    else
        return false;
    node->kind = NODE_TIME;
    node->integer = moment.us;
    node->boolean = moment.has_zone;
    node->string_len = strlen(text);
    node->string = arena_strndup(arena, text, node->string_len);
    return true;
}

/* Base64 as Python's binascii.a2b_base64 reads it: characters of no meaning are passed over, "=" ends it. */
static bool set_binary(struct arena *arena, struct node *node)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const unsigned shifts[4] = {[2] = 4, [3] = 2, [0] = 0}; /* bits that are not yet a whole byte */
    char *out = arena_alloc(arena, node->string_len / 4 * 3 + 4);
    size_t n = 0;
    unsigned bits = 0, in_group = 0, pads = 0;
    for (size_t i = 0; i < node->string_len; i++) {
        char c = node->string[i];
        if ((unsigned char)c > 127)
            return false;
        if (c == '=' && in_group >= 2 && in_group + ++pads >= 4) {
            in_group = 0;
            for (; i < node->string_len; i++)
                if ((unsigned char)node->string[i] > 127)
                    return false;
            break;
        }
        const char *at = c && c != '=' ? strchr(alphabet, c) : NULL;
        if (!at)
            continue;
        pads = 0;
        bits = bits << 6 | (unsigned)(at - alphabet);
        in_group = (in_group + 1) % 4;
        if (in_group != 1)
            out[n++] = (char)(bits >> shifts[in_group]);
    }
    node->kind = NODE_BINARY;
    node->string = out;
    node->string_len = n;
    return in_group == 0;
}

bool yaml_scalar_set(struct arena *arena, struct node *node, enum yaml_tag tag, const char **why)
{
    *why = "expected one scalar type";
    switch (tag) {
    case YAML_TAG_NULL:
        node->kind = NODE_NULL;
        return true;
    case YAML_TAG_BOOL:
        *why = "expected a boolean";
        return set_bool(node);
    case YAML_TAG_INT:
        *why = "expected an integer of at most 4300 digits";
        return yaml_number_int(arena, node);
    case YAML_TAG_FLOAT:
        *why = "expected a number";
        return yaml_number_float(arena, node);
    case YAML_TAG_TIMESTAMP:
        *why = "expected a date or a time that exists";
        return set_time(arena, node);
    case YAML_TAG_BINARY:
        *why = "expected base64";
        return set_binary(arena, node);
    case YAML_TAG_MERGE:
    case YAML_TAG_VALUE:
        node->integer = tag;
        node->kind = NODE_STRING;
        return true;
    case YAML_TAG_STR:
        node->kind = NODE_STRING;
        return true;
    case YAML_TAG_SEQ:
    case YAML_TAG_OMAP:
    case YAML_TAG_PAIRS:
        *why = "expected a list, found a scalar";
        return false;
    case YAML_TAG_MAP:
    case YAML_TAG_SET:
        *why = "expected a mapping, found a scalar";
        return false;
    case YAML_TAG_OTHER:
    case YAML_TAG_N:
        *why = "unknown tag";
        return false;
    }
    return false;
}

static bool set_core_bool(struct node *node)
{
    node->kind = NODE_BOOL;
    node->boolean = (node->string[0] | 32) == 't';
    return true;
}

bool yaml_scalar_set_core(struct node *node, enum yaml_tag tag, const char **why)
{
    enum yaml_tag looks = yaml_tag_core(node->string, node->string_len);
    switch ((int)tag) {
    case YAML_TAG_STR:
        node->kind = NODE_STRING;
        return true;
    case YAML_TAG_MERGE:
        node->kind = NODE_STRING;
        node->integer = tag;
        return true;
    case YAML_TAG_NULL:
        *why = "expected null";
        node->kind = NODE_NULL;
        return looks == tag;
    case YAML_TAG_BOOL:
        *why = "expected true or false";
        return looks == tag && set_core_bool(node);
    case YAML_TAG_INT:
        *why = looks == tag ? "does not fit 64 bits; quoted it would be a string" : "expected an integer";
        return looks == tag && yaml_number_core_int(node);
    case YAML_TAG_FLOAT:
        *why = looks == tag || looks == YAML_TAG_INT ? "is beyond a double's range" : "expected a number";
        if (looks == YAML_TAG_INT && yaml_number_core_int(node)) {
            node->kind = NODE_FLOAT;
            node->real = (double)node->integer;
            return true;
        }
        return looks == tag && yaml_number_core_float(node);
    default:
        *why = tag == YAML_TAG_SEQ ? "expected a list, found a scalar" : "expected a mapping, found a scalar";
        return false;
    }
}
