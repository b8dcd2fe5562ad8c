/* Names of hosts, and e-mail addresses. */
#include <string.h>

#include "base/text.h"
#include "json/format_kinds.h"
#include "json/uri.h"

enum { NAME_MAX_LEN = 253, LABEL_MAX_LEN = 63, LOCAL_MAX = 64 };

static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* Letters, digits and hyphens, with no hyphen at either end. */
static bool is_plain_label(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!is_letter_or_digit(s[i]) && (s[i] != '-' || i == 0 || i == len - 1))
            return false;
    return len >= 1 && len <= LABEL_MAX_LEN;
}

struct name {
    struct format_idn **idn;
    bool unicode; /* labels may be UTF-8 */
    bool right;   /* a label is written from the right */
    bool odd;     /* a label may not stand beside such a one */
    size_t len;   /* with encoded labels and dots */
};

/* The label in UTF-8: decoded in `room`, or as it is. NULL when it is broken. */
static const char *decoded(const struct name *name, const char *s, size_t *len, char *room)
{
    if (*len > 3 && s[2] == '-' && s[3] == '-') {
        if ((s[0] | 32) != 'x' || (s[1] | 32) != 'n')
            return name->unicode ? NULL : s; /* "--" there is kept for "xn--" */
        *len = format_idn_decode(s + 4, *len - 4, room);
        return *len ? room : NULL;
    }
    return s;
}

static bool check_label(struct name *name, const char *s, size_t len)
{
    char room[FORMAT_LABEL_MAX];
    bool ascii = true, right = false;
    for (size_t i = 0; i < len; i++)
        ascii &= (unsigned char)s[i] < 0x80;
    if (ascii ? !is_plain_label(s, len) : !name->unicode || len > FORMAT_LABEL_MAX)
        return false;
    size_t encoded = len, n = len;
    if (!ascii) {
        encoded = format_idn_encoded(s, len);
        encoded += encoded ? strlen("xn--") : LABEL_MAX_LEN + 1;
    }
    name->len += encoded + 1;
    const char *text = decoded(name, s, &n, room);
    if (!text || encoded > LABEL_MAX_LEN)
        return false;
    bool plain = ascii && text == s;
    if (!plain && !format_idn_label(name->idn, text, n, &right))
        return false;
    name->right |= right;
    name->odd |= plain ? s[0] <= '9' : !right && !format_idn_beside_right(name->idn, text, n);
    return true;
}

/* Length of the separator at s: a dot, and in Unicode the three others that IDNA takes for one; 0: none. */
static size_t separator(const struct name *name, const char *s, size_t len)
{
    static const char *const dots[] = {"\xE3\x80\x82", "\xEF\xBC\x8E", "\xEF\xBD\xA1"};
    if (*s == '.')
        return 1;
    for (size_t i = 0; name->unicode && len >= 3 && i < 3; i++)
        if (memcmp(s, dots[i], 3) == 0)
            return 3;
    return 0;
}

static bool check_name(const char *s, size_t len, struct format_tools *tools, bool unicode)
{
    struct name name = {.idn = format_tools_idn(tools), .unicode = unicode};
    size_t from = 0;
    if (len > NAME_MAX_LEN * 4)
        return false;
    for (size_t i = 0; i < len;) {
        size_t dot = separator(&name, s + i, len - i);
        if (!dot) {
            i++;
            continue;
        }
        if (!check_label(&name, s + from, i - from))
            return false;
        i += dot;
        from = i;
    }
    return check_label(&name, s + from, len - from) && name.len - 1 <= NAME_MAX_LEN && !(name.right && name.odd);
}

bool format_hostname(const char *s, size_t len, struct format_tools *tools)
{
    return check_name(s, len, tools, false);
}

bool format_idn_hostname(const char *s, size_t len, struct format_tools *tools)
{
    return check_name(s, len, tools, true);
}

/* --- e-mail --- */

/* atom.atom: RFC 5321 Dot-string; `unicode`: also letters beyond ASCII (RFC 6531). */
static bool is_dotted(const char *s, size_t len, bool unicode)
{
    bool part = false;
    for (size_t i = 0; i < len; i++) {
        char c = s[i];
        if (c == '.' && !part)
            return false;
        part = c != '.';
        bool other = (unsigned char)c >= 0x80 ? unicode : c && strchr("!#$%&'*+-/=?^_`{|}~.", c);
        if (!is_letter_or_digit(c) && !other)
            return false;
    }
    return part;
}

/* What stands in quotes: Quoted-string. */
static bool is_quoted(const char *s, size_t len, bool unicode)
{
    if (len < 2 || s[0] != '"' || s[len - 1] != '"')
        return false;
    for (size_t i = 1; i < len - 1; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '\\' && ++i < len - 1)
            c = (unsigned char)s[i];
        else if (c == '"' || c == '\\')
            return false;
        if (c < ' ' || c == 0x7F || (c >= 0x80 && !unicode))
            return false;
    }
    return true;
}

static bool is_domain(const char *s, size_t len, struct format_tools *tools, bool unicode)
{
    static const char v6[] = "IPv6:";
    if (len < 2 || s[0] != '[')
        return check_name(s, len, tools, unicode);
    if (s[len - 1] != ']')
        return false;
    s++, len -= 2;
    if (len > strlen(v6) && memcmp(s, v6, strlen(v6)) == 0)
        return uri_ipv6(s + strlen(v6), len - strlen(v6));
    return uri_ipv4(s, len);
}

static bool check_address(const char *s, size_t len, struct format_tools *tools, bool unicode)
{
    size_t at = len;
    while (at > 0 && s[at - 1] != '@')
        at--;
    if (at < 2 || at - 1 > LOCAL_MAX)
        return false;
    bool local = is_dotted(s, at - 1, unicode) || is_quoted(s, at - 1, unicode);
    return local && is_domain(s + at, len - at, tools, unicode);
}

bool format_email(const char *s, size_t len, struct format_tools *tools)
{
    return check_address(s, len, tools, false);
}

bool format_idn_email(const char *s, size_t len, struct format_tools *tools)
{
    return check_address(s, len, tools, true);
}
