#include "workload/format.h"

#include <string.h>

bool number_format_parse(const char *text, struct number_format *out)
{
    bool python = strncmp(text, "{:", 2) == 0;
    if (!python && text[0] != '%')
        return false;
    const char *at = text + (python ? 2 : 1);
    *out = (struct number_format){.digits = 6};
    out->thousands = python && *at == ',';
    at += out->thousands;
    if (*at == '.') {
        size_t n = strspn(at + 1, "0123456789");
        if (n == 0 || n > 2)
            return false;
        out->digits = n == 2 ? (at[1] - '0') * 10 + (at[2] - '0') : at[1] - '0';
        at += 1 + n;
    }
    if (!*at || !strchr("feg", *at) || out->digits > 17)
        return false;
    out->conversion = *at;
    return strcmp(at + 1, python ? "}" : "") == 0;
}
