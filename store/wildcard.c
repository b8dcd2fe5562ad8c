#include "store/wildcard.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

const struct wildcard_signs wildcard_of_files = {'*', '?', false};
const struct wildcard_signs wildcard_of_sql = {'%', '_', true};

struct wildcard_text wildcard_text(const char *s)
{
    return (struct wildcard_text){s, strlen(s)};
}

static bool same(char a, char b, bool fold)
{
    return a == b || (fold && tolower((unsigned char)a) == tolower((unsigned char)b));
}

static size_t character(struct wildcard_text text, size_t at)
{
    size_t n = text_utf8(text.s + at, text.s + text.len);
    return n ? n : 1;
}

/* When a part does not fit, only the last "many" needs to take more: an earlier one that took more would leave the later one less. */
bool wildcard_match(struct wildcard_text text, struct wildcard_text pattern, const struct wildcard_signs *signs)
{
    size_t t = 0, p = 0, retry_t = 0, retry_p = 0;
    bool many = false;
    while (t < text.len) {
        if (p < pattern.len && pattern.s[p] == signs->many) {
            many = true;
            retry_t = t;
            retry_p = ++p;
        } else if (p < pattern.len && pattern.s[p] == signs->one) {
            t += character(text, t);
            p++;
        } else if (p < pattern.len && same(text.s[t], pattern.s[p], signs->fold)) {
            t++;
            p++;
        } else if (many) {
            t = ++retry_t;
            p = retry_p;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.s[p] == signs->many)
        p++;
    return p == pattern.len;
}
