#include "json/format.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "json/ecma.h"
#include "json/format_kinds.h"
#include "json/uri.h"

struct format_tools {
    struct format_idn *idn;
};

struct format_tools *format_tools_open(void)
{
    return memory_need(calloc(1, sizeof(struct format_tools)));
}

void format_tools_close(struct format_tools *tools)
{
    if (!tools)
        return;
    format_idn_close(tools->idn);
    free(tools);
}

struct format_idn **format_tools_idn(struct format_tools *tools)
{
    return &tools->idn;
}

/* --- forms of fixed length --- */

static bool has_form(const char *form, const char *s, size_t len)
{
    static const char *const sets[128] = {['x'] = "0123456789abcdefABCDEF", ['V'] = "89abAB", ['-'] = "-", ['4'] = "4"};
    if (len != strlen(form))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!s[i] || !strchr(sets[(int)form[i]], s[i]))
            return false;
    return true;
}

static bool is_uuid(const char *s, size_t len, struct format_tools *tools)
{
    (void)tools;
    return has_form("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", s, len);
}

static bool is_uuid4(const char *s, size_t len, struct format_tools *tools)
{
    (void)tools;
    return has_form("xxxxxxxx-xxxx-4xxx-Vxxx-xxxxxxxxxxxx", s, len);
}

/* --- pointers --- */

static bool is_pointer(const char *s, size_t len, struct format_tools *tools)
{
    (void)tools;
    if (len && s[0] != '/')
        return false;
    for (size_t i = 0; i < len; i++)
        if (s[i] == '~' && (i + 1 == len || (s[i + 1] != '0' && s[i + 1] != '1')))
            return false;
    return true;
}

static size_t take_digits(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && s[n] >= '0' && s[n] <= '9')
        n++;
    return n > 1 && s[0] == '0' ? 0 : n;
}

static bool is_relative_pointer(const char *s, size_t len, struct format_tools *tools)
{
    size_t n = take_digits(s, len);
    if (!n)
        return false;
    if (n < len && (s[n] == '+' || s[n] == '-')) {
        size_t more = take_digits(s + n + 1, len - n - 1);
        if (!more)
            return false;
        n += more + 1;
    }
    return (len - n == 1 && s[n] == '#') || is_pointer(s + n, len - n, tools);
}

/* --- URIs --- */

static bool is_uri(const char *s, size_t len, struct format_tools *tools)
{
    (void)tools;
    return uri_valid(s, len, true, false);
}

static bool is_uri_reference(const char *s, size_t len, struct format_tools *tools)
{
    (void)tools;
    return uri_valid(s, len, false, false);
}

static bool is_iri(const char *s, size_t len, struct format_tools *tools)
{
    (void)tools;
    return uri_valid(s, len, true, true);
}

static bool is_iri_reference(const char *s, size_t len, struct format_tools *tools)
{
    (void)tools;
    return uri_valid(s, len, false, true);
}

static bool is_ipv4(const char *s, size_t len, struct format_tools *tools)
{
    (void)tools;
    return uri_ipv4(s, len);
}

static bool is_ipv6(const char *s, size_t len, struct format_tools *tools)
{
    (void)tools;
    return uri_ipv6(s, len);
}

/* --- URI templates, RFC 6570 2 --- */

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* Length of a %-escape at s, or 0. */
static size_t escaped(const char *s, size_t len)
{
    return len >= 3 && s[0] == '%' && is_hex(s[1]) && is_hex(s[2]) ? 3 : 0;
}

/* name, name:3 or name*; names have dots within. */
static bool is_variable(const char *s, size_t len)
{
    size_t i = 0;
    bool part = false;
    for (; i < len && s[i] != ':' && s[i] != '*'; i++) {
        char c = s[i];
        if (c == '.' && !part)
            return false;
        part = c != '.';
        if (c == '%' && escaped(s + i, len - i))
            i += 2;
        else if (c != '.' && c != '_' && !(c >= '0' && c <= '9') && !((c | 32) >= 'a' && (c | 32) <= 'z'))
            return false;
    }
    if (!part || i == len)
        return part;
    if (s[i] == '*')
        return i + 1 == len;
    size_t digits = take_digits(s + i + 1, len - i - 1);
    return digits >= 1 && digits <= 4 && s[i + 1] != '0' && i + 1 + digits == len;
}

static bool is_expression(const char *s, size_t len)
{
    if (len && strchr("+#./;?&=,!@|", s[0]))
        s++, len--;
    for (;;) {
        const char *comma = len ? memchr(s, ',', len) : NULL;
        size_t n = comma ? (size_t)(comma - s) : len;
        if (!is_variable(s, n))
            return false;
        if (!comma)
            return true;
        s += n + 1, len -= n + 1;
    }
}

static bool is_template(const char *s, size_t len, struct format_tools *tools)
{
    (void)tools;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '{') {
            const char *close = memchr(s + i, '}', len - i);
            if (!close || !is_expression(s + i + 1, (size_t)(close - s) - i - 1))
                return false;
            i = (size_t)(close - s);
        } else if (c == '%') {
            if (!escaped(s + i, len - i))
                return false;
        } else if (c <= ' ' || c == 0x7F || strchr("\"<>\\^`|}", c)) {
            return false;
        }
    }
    return true;
}

static bool is_regex(const char *s, size_t len, struct format_tools *tools)
{
    (void)tools;
    return ecma_valid(s, len);
}

/* --- */

static const struct format formats[] = {
    {"date", format_date, "a date such as 2024-01-31"},
    {"date-time", format_date_time, "a date and time such as 2024-01-31T12:00:00Z"},
    {"duration", format_duration, "a duration such as P3DT4H30M"},
    {"email", format_email, "an e-mail address"},
    {"hostname", format_hostname, "the name of a host"},
    {"idn-email", format_idn_email, "an e-mail address"},
    {"idn-hostname", format_idn_hostname, "the name of a host"},
    {"ipv4", is_ipv4, "an IPv4 address such as 192.0.2.1"},
    {"ipv6", is_ipv6, "an IPv6 address such as 2001:db8::1"},
    {"iri", is_iri, "an IRI, with its scheme"},
    {"iri-reference", is_iri_reference, "an IRI or a reference to one"},
    {"json-pointer", is_pointer, "a JSON Pointer such as /a/0"},
    {"regex", is_regex, "a regular expression of ECMA-262"},
    {"relative-json-pointer", is_relative_pointer, "a relative JSON Pointer such as 1/a"},
    {"time", format_time, "a time such as 12:00:00Z"},
    {"uri", is_uri, "a URI, with its scheme"},
    {"uri-reference", is_uri_reference, "a URI or a reference to one"},
    {"uri-template", is_template, "a URI template such as /a/{b}"},
    {"uuid", is_uuid, "a UUID"},
    {"uuid4", is_uuid4, "a UUID of version 4"},
};

const struct format *format_find(const char *name)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}
