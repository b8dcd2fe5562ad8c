#include "store/trace.h"

#include <string.h>
#include <time.h>

static int64_t now(void)
{
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment);
    return (int64_t)moment.tv_sec * 1000000000 + moment.tv_nsec;
}

void trace_begin(struct trace *trace)
{
    if (!trace)
        return;
    trace->places = (struct trace_places){0};
    trace->started = now();
}

void trace_end(struct trace *trace, const char *name)
{
    if (trace)
        *LIST_ADD(trace->arena, &trace->values) = (struct trace_value){name, trace->places, now() - trace->started};
}

void trace_line(struct trace *trace, const char *file, int line)
{
    if (!trace)
        return;
    struct trace_place *place = trace->places.n ? &trace->places.v[trace->places.n - 1] : NULL;
    if (!place || place->part || strcmp(place->file, file) != 0) {
        if (trace->places.n == TRACE_PLACES_MAX)
            return;
        place = LIST_ADD(trace->arena, &trace->places);
        *place = (struct trace_place){.file = arena_strdup(trace->arena, file), .first = line};
    }
    place->last = line;
    place->n++;
}

void trace_asked(struct trace *trace, const char *file)
{
    if (trace)
        *LIST_ADD(trace->arena, &trace->asked) = arena_strdup(trace->arena, file);
}

void trace_part(struct trace *trace, const char *file, const char *part)
{
    if (trace && trace->places.n < TRACE_PLACES_MAX)
        *LIST_ADD(trace->arena, &trace->places) =
            (struct trace_place){.file = arena_strdup(trace->arena, file), .part = arena_strdup(trace->arena, part), .n = 1};
}

void trace_more(struct trace *trace)
{
    if (trace && trace->places.n)
        trace->places.v[trace->places.n - 1].n++;
}
