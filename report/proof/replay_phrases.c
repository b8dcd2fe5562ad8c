#include "report/proof/replay_report.h"

#include <string.h>

#include "base/moment.h"

char replay_sign(const struct replay_point *point)
{
    static const char signs[VERDICT_COUNT] = {
        [VERDICT_OK] = '.',           [VERDICT_REGRESSION] = 'R',   [VERDICT_IMPROVEMENT] = '+', [VERDICT_SUSPECT] = 's',     [VERDICT_CANNOT_TELL] = '?',
        [VERDICT_NO_HISTORY] = '-',   [VERDICT_ACKNOWLEDGED] = 'a', [VERDICT_MISSING] = 'm',     [VERDICT_NOT_ANALYSED] = ' ',
    };
    return point->judged ? signs[point->verdict] : ' ';
}

const char *replay_strip(const struct replay_series *series, size_t from, size_t to, struct arena *arena)
{
    char *strip = arena_alloc(arena, to - from + 1);
    memset(strip, ' ', to - from);
    for (size_t i = 0; i < series->n; i++)
        if (series->points[i].run >= from && series->points[i].run < to)
            strip[series->points[i].run - from] = replay_sign(&series->points[i]);
    for (size_t n = to - from; n > 0 && strip[n - 1] == ' '; n--)
        strip[n - 1] = '\0';
    return strip;
}

const char *replay_run_shown(const struct past_run *run, struct arena *arena)
{
    char day[MOMENT_TEXT_MAX];
    moment_utc_text((struct moment){.us = run->start_us, .has_zone = true}, day);
    day[strcspn(day, "T")] = '\0';
    const char *name = run->version[0] ? run->version : run->run_id;
    return strcmp(name, day) == 0 ? arena_strdup(arena, day) : arena_printf(arena, "%s of %s", name, day);
}
