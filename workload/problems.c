#include "workload/problems.h"

#include <stdlib.h>
#include <string.h>

static size_t rank_of(const struct problems *problems, const char *file)
{
    size_t i = 0;
    while (i < problems->files.n && strcmp(problems->files.v[i], file) != 0)
        i++;
    return i;
}

/* A file that was included twice says everything twice. */
static bool is_known(const struct problems *problems, const struct error *err, bool note)
{
    for (size_t i = 0; i < problems->list.n; i++)
        if (problems->list.v[i].note == note && strcmp(problems->list.v[i].text, err->text) == 0)
            return true;
    return false;
}

/* "w/workload.yaml:3:5: " → "w/workload.yaml". */
static const char *file_of(struct arena *arena, const struct error *err)
{
    size_t n = err->place_n > 2 ? err->place_n - 2 : 0;
    for (int numbers = (err->line > 0) + (err->col > 0); numbers > 0 && n > 0; numbers--)
        while (n > 0 && err->text[--n] != ':')
            ;
    return arena_strndup(arena, err->text, n);
}

/* What makes room for an error when the list is full; NULL: they are all errors. */
static struct problem *last_note(const struct problems *problems)
{
    for (size_t i = problems->list.n; i > 0; i--)
        if (problems->list.v[i - 1].note)
            return &problems->list.v[i - 1];
    return NULL;
}

static void add(struct problems *problems, const struct error *err, bool note)
{
    if (is_known(problems, err, note))
        return;
    *(note ? &problems->notes : &problems->errors) += 1;
    struct problem *problem = problems->list.n < PROBLEMS_MAX ? LIST_ADD(problems->arena, &problems->list) : note ? NULL : last_note(problems);
    if (!problem)
        return;
    *problem = (struct problem){.note = note, .line = err->line, .col = err->col};
    problem->text = arena_strdup(problems->arena, err->text);
    problem->message = problem->text + err->place_n;
    problem->file = file_of(problems->arena, err);
    problem->rank = rank_of(problems, problem->file);
}

bool problems_take(struct problems *problems, struct error *err)
{
    if (!problems || !err->kind)
        return false;
    add(problems, err, false);
    *err = (struct error){0};
    return false;
}

void problems_note(struct problems *problems, struct pos at, const char *format, ...)
{
    struct error err = {0};
    va_list args;
    va_start(args, format);
    error_vat(&err, ERR_USAGE, at, format, args);
    va_end(args);
    add(problems, &err, true);
}

bool problems_add(struct problems *problems, struct pos at, const char *format, ...)
{
    struct error err = {0};
    va_list args;
    va_start(args, format);
    error_vat(&err, ERR_USAGE, at, format, args);
    va_end(args);
    return problems_take(problems, &err);
}

void problems_file(struct problems *problems, const char *shown)
{
    if (problems && rank_of(problems, shown) == problems->files.n)
        *LIST_ADD(problems->arena, &problems->files) = shown;
}

static int compare(const void *a, const void *b)
{
    const struct problem *p = a, *q = b;
    if (p->rank != q->rank)
        return p->rank < q->rank ? -1 : 1;
    int file = strcmp(p->file, q->file);
    if (file)
        return file;
    if (p->line != q->line)
        return p->line < q->line ? -1 : 1;
    if (p->col != q->col)
        return p->col < q->col ? -1 : 1;
    return strcmp(p->text, q->text);
}

void problems_sort(struct problems *problems)
{
    if (problems->list.n)
        qsort(problems->list.v, problems->list.n, sizeof(*problems->list.v), compare);
}

void problems_first(const struct problems *problems, struct error *err)
{
    for (size_t i = 0; i < problems->list.n && !err->kind; i++)
        if (!problems->list.v[i].note)
            error_set(err, ERR_USAGE, "%s", problems->list.v[i].text);
}

void problems_count(const struct problems *problems, const char *shown, struct error *err)
{
    error_set(err, ERR_USAGE, "%s: the workload has %zu problems%s", shown, problems->errors,
              problems->list.n < problems->errors + problems->notes ? "; the first of them are shown" : "");
}

void problems_unsay(struct problems *problems, const struct problems *before)
{
    problems->list.n = before->list.n;
    problems->errors = before->errors;
    problems->notes = before->notes;
}

void problems_doubt(struct problems *problems, const char *section, const char *name)
{
    if (!problems || problems->doubts.n > DOUBTS_MAX)
        return;
    bool last = problems->doubts.n == DOUBTS_MAX;
    *LIST_ADD(problems->arena, &problems->doubts) = last ? (struct doubt){"", NULL} : (struct doubt){section, name};
}

bool problems_doubted(const struct problems *problems, const char *section, const char *name)
{
    for (size_t i = 0; problems && i < problems->doubts.n; i++) {
        const struct doubt *doubt = &problems->doubts.v[i];
        bool section_fits = !doubt->section[0] || strcmp(doubt->section, section) == 0;
        if (section_fits && (!doubt->name || (name && strcmp(doubt->name, name) == 0)))
            return true;
    }
    return false;
}
