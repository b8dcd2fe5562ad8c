#include "columns/grid.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "columns/row_time.h"
#include "config/options.h"
#include "json/number.h"

enum { QUOTED_MAX = 40, SAID_MAX = 4 };

static bool is_word(const char *s, size_t len, const char *const *words)
{
    for (; *words; words++)
        if (strlen(*words) == len && strncasecmp(s, *words, len) == 0)
            return true;
    return false;
}

bool grid_number(const char *s, size_t len, double *value, bool *gap)
{
    static const char *const gaps[] = {"nan",  "null", "n/a", "na",  "none", "-",    "inf", "+inf", "-inf", "infinity",
                                       "+infinity", "-infinity", "+nan", "-nan", "#n/a", "#div/0!", "#value!", "#ref!", "#num!", "#name?", "#null!", NULL};
    struct number number;
    const char *expected, *end = s + len;
    *gap = len == 0;
    *value = NAN;
    if (*gap)
        return true;
    const char *p = *s == '+' && len > 1 && s[1] != '-' ? s + 1 : s;
    if (*p == '-' || *p == '.' || (*p >= '0' && *p <= '9')) {
        char room[QUOTED_MAX + 24]; /* ".5", "5.", "007": numbers, but not JSON's */
        if (number_scan(p, end, &number, &expected) && number.end == end) {
            *value = number_double(&number);
            return isfinite(*value);
        }
        bool minus = *p == '-';
        p += minus;
        while (end - p > 1 && *p == '0' && p[1] >= '0' && p[1] <= '9')
            p++;
        size_t rest = (size_t)(end - p), dot = rest ? (size_t)((const char *)(memchr(p, '.', rest) ? memchr(p, '.', rest) : end) - p) : 0;
        if (rest && rest < QUOTED_MAX) {
            size_t n = 0;
            if (minus)
                room[n++] = '-';
            if (*p == '.')
                room[n++] = '0';
            for (size_t i = 0; i < rest; i++) {
                room[n++] = p[i];
                if (i == dot && (i + 1 == rest || p[i + 1] == 'e' || p[i + 1] == 'E') && !(i == 0))
                    room[n++] = '0';
            }
            if (number_scan(room, room + n, &number, &expected) && number.end == room + n) {
                *value = number_double(&number);
                return isfinite(*value);
            }
        }
    }
    *gap = is_word(s, len, gaps);
    return *gap;
}

bool grid_comma_number(const char *s, size_t len, double *value)
{
    char room[QUOTED_MAX];
    const char *found = memchr(s, ',', len);
    size_t comma = found ? (size_t)(found - s) : 0, n = 0, digits = 0;
    if (!comma || len >= sizeof(room) || comma + 1 == len)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool digit = s[i] >= '0' && s[i] <= '9', sign = s[i] == '-' || s[i] == '+';
        if (s[i] == '.' && i < comma && digits && (comma - i) % 4 == 0)
            continue; /* of thousands: 1.234,5 */
        if (!digit && i != comma && !(i == 0 && sign) && !(i > comma && (sign || s[i] == 'e' || s[i] == 'E')))
            return false;
        digits += digit;
        room[n++] = s[i] == ',' ? '.' : s[i];
    }
    bool gap;
    return grid_number(room, n, value, &gap) && !gap;
}

bool grid_is_time_name(const char *name)
{
    static const char *const parts[] = {"time", "date", "stamp", "epoch", "datum", "zeit", "when", "night", "start", NULL};
    for (size_t i = 0; parts[i]; i++)
        if (strcasestr(name, parts[i]))
            return true;
    return strcasecmp(name, "ts") == 0 || strcasecmp(name, "t") == 0 || strcasecmp(name, "day") == 0 || strcasecmp(name, "tag") == 0;
}

static bool is_date(const struct grid *grid, const char *s, size_t len)
{
    double seconds;
    const char *text = arena_strndup(grid->arena, s, (size_t)text_cut(s, len, QUOTED_MAX));
    return row_time_is_date(text, SLASH_MONTH_FIRST, &seconds) || row_time_is_date(text, SLASH_DAY_FIRST, &seconds);
}

void grid_keep_text(struct grid *grid, size_t row, size_t column, bool text, const char *s, size_t len)
{
    struct grid_column *c = &grid->columns[column];
    bool time = row == 0 && (grid_is_time_name(c->name) || (text && is_date(grid, s, len)));
    size_t *kept = time ? &grid->said_times_n : &grid->said_n;
    if (row == 0 && !c->said && *kept < SAID_MAX && (text || time)) {
        c->said = ARENA_ARRAY(grid->arena, struct grid_text, grid->rows_max);
        ++*kept;
    }
    if (c->said)
        c->said[row] = (struct grid_text){s, len};
}

double *grid_cells(const struct grid *grid, size_t column)
{
    return grid->cells + column * grid->rows_max;
}

double grid_cell(const struct grid *grid, size_t row, size_t column)
{
    return grid_cells(grid, column)[row];
}

void grid_note_text(struct grid *grid, size_t column, struct pos at, const char *s, size_t len)
{
    struct grid_column *c = &grid->columns[column];
    if (c->texts++)
        return;
    c->bad = at;
    c->bad_text = arena_strndup(grid->arena, s, (size_t)text_cut(s, len, QUOTED_MAX));
}

static size_t by_number(const struct grid *grid, const char *wanted)
{
    size_t number = 0;
    for (const char *p = wanted; *p; p++) {
        if (*p < '0' || *p > '9' || number > 100000000)
            return grid->columns_n;
        number = number * 10 + (size_t)(*p - '0');
    }
    return number >= 1 && number <= grid->columns_n ? number - 1 : grid->columns_n;
}

size_t grid_find(const struct grid *grid, const char *wanted, const char *file, const char *option, struct error *err)
{
    for (size_t i = 0; i < grid->columns_n; i++)
        if (strcmp(grid->columns[i].name, wanted) == 0)
            return i;
    size_t i = by_number(grid, wanted);
    if (i < grid->columns_n)
        return i;
    const char **names = ARENA_ARRAY(grid->arena, const char *, grid->columns_n + 1);
    for (size_t j = 0; j < grid->columns_n; j++)
        names[j] = grid->columns[j].name;
    const char *nearest = grid->numbered ? NULL : option_nearest(wanted, names);
    if (nearest)
        error_set(err, ERR_USAGE, "--%s=%s: %s has no such column; did you mean '%s'?", option, wanted, file, nearest);
    else
        error_set(err, ERR_USAGE, "--%s=%s: %s has no such column: expected one of its names, or a number from 1 to %zu", option, wanted, file,
                  grid->columns_n);
    return grid->columns_n;
}
