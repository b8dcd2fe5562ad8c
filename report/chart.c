#include "report/chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json/number.h"
#include "regress/value.h"

enum { WIDTH = 1000, HEIGHT = 200, MARGIN = 14 };

struct chart {
    const struct kpi_result *kpi;
    size_t from, n;  /* the first point that is drawn; points, the entry's not among them */
    double low, high; /* of what is drawn */
    struct text *out;
};

static double value_at(const struct chart *c, size_t i)
{
    const struct evidence *e = &c->kpi->evidence;
    return i < e->points_n ? e->points[i].value : e->value;
}

static void take(struct chart *c, double value)
{
    if (!isfinite(value))
        return;
    c->low = isfinite(c->low) ? fmin(c->low, value) : value;
    c->high = isfinite(c->high) ? fmax(c->high, value) : value;
}

/* Bounds far away would make a line of everything else: they are drawn where they are within three times the range. */
static bool is_near(const struct chart *c, const struct bound *bound)
{
    double range = c->high / 2 - c->low / 2;
    return bound->has && bound->value / 2 >= c->low / 2 - 3 * range && bound->value / 2 <= c->high / 2 + 3 * range;
}

static double x_of(const struct chart *c, double i)
{
    double steps = (double)(c->n > 0 ? c->n : 1);
    return MARGIN + (WIDTH - 2 * MARGIN) * (i - (double)c->from) / steps;
}

/* Halves, so that the range of any two doubles is finite. */
static double y_of(const struct chart *c, double value)
{
    double range = c->high / 2 - c->low / 2, share = range > 0 ? (value / 2 - c->low / 2) / range : .5;
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * fmin(fmax(share, 0), 1);
}

static void line(struct chart *c, const char *name, double x1, double y1, double x2, double y2)
{
    text_printf(c->out, "<path class=\"%s\" d=\"M%.1f %.1fL%.1f %.1f\"/>", name, x1, y1, x2, y2);
}

/* ---- parts ---- */

static bool has_band(const struct evidence *e)
{
    return isfinite(e->level) && isfinite(e->low) && isfinite(e->high);
}

static void draw_band(struct chart *c)
{
    const struct evidence *e = &c->kpi->evidence;
    if (!has_band(e))
        return;
    double top = y_of(c, e->high), bottom = y_of(c, e->low);
    text_printf(c->out, "<rect class=\"band\" x=\"0\" y=\"%.1f\" width=\"%d\" height=\"%.1f\"/>", top, WIDTH, fmax(bottom - top, 1));
}

/* The mean of the points of a level that are drawn; the reference is drawn where it was found to be. */
static void draw_levels(struct chart *c)
{
    const struct evidence *e = &c->kpi->evidence;
    size_t since = e->since_version && e->since_point ? e->since_point : e->points_n; /* a change too young to be a level of its own ends the line, too */
    for (size_t from = c->from, to; from < e->points_n; from = to) {
        double sum = 0;
        for (to = from; to < e->points_n && e->points[to].level == e->points[from].level && !(to > from && to == since); to++)
            sum += e->points[to].value / (double)e->points_n;
        double mean = sum * ((double)e->points_n / (double)(to - from));
        bool reference = from <= e->level_start && e->level_start < to && isfinite(e->level);
        if (e->points[from].level || reference)
            line(c, "level", fmax(x_of(c, (double)from - .4), 0), y_of(c, reference ? e->level : mean), x_of(c, (double)to - .6),
                 y_of(c, reference ? e->level : mean));
    }
}

static void draw_bounds(struct chart *c)
{
    const struct bound *const bounds[] = {&c->kpi->rule->low, &c->kpi->rule->high};
    for (size_t i = 0; i < 2; i++)
        if (is_near(c, bounds[i]))
            line(c, "bound", 0, y_of(c, bounds[i]->value), WIDTH, y_of(c, bounds[i]->value));
}

static bool has_border(const struct chart *c)
{
    const struct evidence *e = &c->kpi->evidence;
    return e->since_version && e->since_point > c->from && e->since_point <= e->points_n && e->decided_by != CHECK_DRIFT;
}

static void draw_border(struct chart *c)
{
    double x = x_of(c, (double)c->kpi->evidence.since_point - .5);
    if (has_border(c))
        line(c, "border", x, 0, x, HEIGHT);
}

/* "%.1f" of a place in the picture: there are many. */
static void add_tenths(struct text *out, char before, double place)
{
    char digits[NUMBER_TEXT_MAX];
    long tenths = lrint(10 * fmax(fmin(place, 1e6), -1e6)), size = labs(tenths);
    text_addc(out, before);
    if (tenths < 0)
        text_addc(out, '-');
    text_addn(out, digits, number_print_int64(digits, size / 10));
    text_addc(out, '.');
    text_addc(out, (char)('0' + size % 10));
}

static void add_dot(struct chart *c, size_t i, double value)
{
    add_tenths(c->out, 'M', x_of(c, (double)i));
    add_tenths(c->out, ' ', y_of(c, value));
    text_addn(c->out, "h0", 2);
}

/* A dot is a line without length and with round ends: it stays round however wide the picture is. */
static void draw_dots(struct chart *c)
{
    const struct evidence *e = &c->kpi->evidence;
    text_add(c->out, "<path class=\"dots\" d=\"");
    for (size_t i = c->from; i < e->points_n; i++)
        if (isfinite(e->points[i].value))
            add_dot(c, i, e->points[i].value);
    text_add(c->out, "\"/>");
    if (isfinite(e->value))
        text_printf(c->out, "<path class=\"this\" d=\"M%.1f %.1fh0\"/>", x_of(c, (double)e->points_n), y_of(c, e->value));
}

/* ---- what stands beside it ---- */

static void add_texts(struct page *page, const char *class_name, const char *first, const char *last)
{
    text_printf(page->out, "<div class=\"%s\"><span>", class_name);
    page_escape(page->out, first);
    text_add(page->out, "</span><span>");
    page_escape(page->out, last);
    text_add(page->out, "</span></div>");
}

static void add_legend(struct page *page, const struct chart *c, struct arena *arena)
{
    const struct evidence *e = &c->kpi->evidence;
    const struct kpi_rule *rule = c->kpi->rule;
    const char *line_of_bounds = is_near(c, &rule->low) || is_near(c, &rule->high) ? "; dashed: a bound" : "";
    const char *text = arena_printf(arena, "%zu run%s, oldest first; large: this run%s%s%s%s.", c->n, c->n == 1 ? "" : "s",
                                    isfinite(e->level) ? "; lines: levels" : "", has_band(e) ? "; band: where one more run is expected" : "",
                                    line_of_bounds, has_border(c) ? "; upright: where the change began" : "");
    text_add(page->out, "<figcaption class=\"muted\">");
    page_escape(page->out, text);
    text_add(page->out, "</figcaption>");
}

static const char *version_of(const struct entry_result *entry, const struct chart *c, size_t i)
{
    const char *version = i < c->kpi->evidence.points_n ? c->kpi->evidence.points[i].version : entry->version;
    return version ? version : "";
}

static void measure(struct chart *c)
{
    const struct evidence *e = &c->kpi->evidence;
    size_t finite = 0;
    for (size_t i = c->from; i <= e->points_n; i++) {
        take(c, value_at(c, i));
        finite += isfinite(value_at(c, i)) ? 1 : 0;
    }
    if (finite < 2)
        c->n = 0;
    if (has_band(e)) {
        take(c, e->low);
        take(c, e->high);
    }
    const struct bound *const bounds[] = {&c->kpi->rule->low, &c->kpi->rule->high};
    bool near[2] = {is_near(c, bounds[0]), is_near(c, bounds[1])}; /* of the range of the values alone */
    for (size_t i = 0; i < 2; i++)
        if (near[i])
            take(c, bounds[i]->value);
}

void chart_render(struct page *page, const struct entry_result *entry, const struct kpi_result *kpi, size_t most)
{
    struct arena arena = {0};
    size_t points = kpi->evidence.points_n, from = points > most ? points - most : 0;
    struct chart c = {.kpi = kpi, .from = from, .n = points - from, .low = NAN, .high = NAN, .out = page->out};
    measure(&c);
    if (c.n) {
        text_add(page->out, "<figure class=\"chart\">");
        add_texts(page, "y", value_number(kpi->rule, c.high, VALUE_PEOPLE, &arena), value_number(kpi->rule, c.low, VALUE_PEOPLE, &arena));
        text_printf(page->out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" "
                               "aria-label=\"the runs of ", WIDTH, HEIGHT);
        page_escape(page->out, kpi->rule->name);
        text_add(page->out, "\">");
        draw_band(&c);
        draw_bounds(&c);
        draw_levels(&c);
        draw_border(&c);
        draw_dots(&c);
        text_add(page->out, "</svg>");
        add_texts(page, "x", version_of(entry, &c, from), version_of(entry, &c, points));
        add_legend(page, &c, &arena);
        text_add(page->out, "</figure>\n");
    }
    arena_close(&arena);
}
