#include "config/repr.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The 17 digits that always tell doubles apart, or as few as do; *exponent is that of the first digit. */
static void shortest_digits(double value, char digits[20], int *exponent)
{
    char text[40];
    for (int precision = fabs(value) < 1e-300 ? 1 : 15; precision <= 17; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision - 1, value);
        bool same = strtod(text, NULL) == value;
        if (!same && precision == 16) {
            /* At powers of two the nearest 16 digits may miss where the next ones up hit. */
            char *last = text + precision + (text[0] == '-');
            if (*last < '9') {
                (*last)++;
                same = strtod(text, NULL) == value;
            }
        }
        if (same || precision == 17)
            break;
    }
    size_t n = 0;
    const char *p = text;
    for (; *p != 'e'; p++)
        if (*p >= '0' && *p <= '9')
            digits[n++] = *p;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
    *exponent = (int)strtol(p + 1, NULL, 10);
}

void repr_real(double value, char out[REPR_REAL_MAX])
{
    if (isnan(value) || isinf(value)) {
        snprintf(out, REPR_REAL_MAX, "%s", isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
        return;
    }
    char digits[20];
    int exponent;
    shortest_digits(value, digits, &exponent);
    const char *minus = signbit(value) ? "-" : "";
    int n = (int)strlen(digits);
    if (exponent < -4 || exponent >= 16)
        snprintf(out, REPR_REAL_MAX, "%s%c%s%se%c%02d", minus, digits[0], n > 1 ? "." : "", digits + 1,
                 exponent < 0 ? '-' : '+', exponent < 0 ? -exponent : exponent);
    else if (exponent < 0)
        snprintf(out, REPR_REAL_MAX, "%s0.%.*s%s", minus, -exponent - 1, "0000", digits);
    else if (n <= exponent + 1)
        snprintf(out, REPR_REAL_MAX, "%s%s%.*s.0", minus, digits, exponent + 1 - n, "0000000000000000");
    else
        snprintf(out, REPR_REAL_MAX, "%s%.*s.%s", minus, exponent + 1, digits, digits + exponent + 1);
}

void repr_bytes(struct text *out, const char *s, size_t len)
{
    char quote = memchr(s, '\'', len) && !memchr(s, '"', len) ? '"' : '\'';
    text_printf(out, "b%c", quote);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        const char *at = c ? strchr("\tt\nn\rr", c) : NULL;
        if (c == '\\' || c == (unsigned char)quote)
            text_printf(out, "\\%c", c);
        else if (at && c < ' ')
            text_printf(out, "\\%c", at[1]);
        else if (c < ' ' || c > '~')
            text_printf(out, "\\x%02x", c);
        else
            text_addc(out, (char)c);
    }
    text_addc(out, quote);
}
