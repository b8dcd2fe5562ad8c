/* history: selections, streams and transactions, the same for every back end: held against an array of payloads. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "history/filter.h"
#include "history/idset.h"
#include "history/intern.h"
#include "tests/folder_payloads.h"
#include "tests/scratch.h"

enum { PAYLOADS = 60, ROUNDS = 120 };

struct random {
    uint64_t state;
};

/* xorshift64* */
static size_t random_below(struct random *random, size_t n)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return (size_t)(random->state * 2685821657736338717u >> 33) % n;
}

static struct scratch scratch;
static struct arena arena;
static struct payloads all;
static const char *uris[2];

static void make_payloads(struct random *random)
{
    static const char *const models[] = {"\"llama\"", "\"granite\"", "null", "7"};
    all = (struct payloads){ARENA_ARRAY(&arena, struct history_payload, PAYLOADS), PAYLOADS};
    for (size_t i = 0; i < PAYLOADS; i++) {
        const char *batch = random_below(random, 4) ? arena_printf(&arena, ",\"batch\":%d", (int)random_below(random, 3)) : "";
        const char *text = arena_printf(&arena, "{\"metadata\":{\"start\":\"2025-01-%02dT0%d:00:00\",\"settings\":{\"model\":%s%s,\"run\":%zu},\"test_uuid\":"
                                                "\"id-%02zu\"},\"results\":{\"x\":\"%zu\"},\"kpis\":{\"speed\":{\"value\":%zu.5}}}",
                                        1 + (int)random_below(random, 9), (int)random_below(random, 3), models[random_below(random, 4)], batch, i, i, i, i);
        all.v[i] = payload_of(&arena, text);
    }
}

static int by_start(const void *left, const void *right)
{
    const struct record *a = &((const struct history_payload *)left)->record, *b = &((const struct history_payload *)right)->record;
    return a->start_us != b->start_us ? (a->start_us < b->start_us ? -1 : 1) : strcmp(a->id, b->id);
}

/* ---- what comes out ---- */

struct got {
    bool in[PAYLOADS], wrong;
    size_t n, stop; /* stop: after so many; 0: never */
    int64_t last_us;
    const char *last_id;
    bool ordered;
};

static const struct history_payload *find(const char *id)
{
    for (size_t i = 0; i < all.n; i++)
        if (strcmp(all.v[i].record.id, id) == 0)
            return &all.v[i];
    return NULL;
}

static bool same_record(const struct record *a, const struct record *b)
{
    bool same = a->start_us == b->start_us && a->labels_n == b->labels_n && a->kpis_n == b->kpis_n;
    for (size_t i = 0; same && i < a->labels_n; i++)
        same = strcmp(a->labels[i].key, b->labels[i].key) == 0 && strcmp(a->labels[i].value, b->labels[i].value) == 0;
    return same && (!a->kpis_n || a->kpis[0].value == b->kpis[0].value);
}

static bool take(struct got *got, const struct record *record)
{
    const struct history_payload *its = find(record->id);
    got->wrong |= !its || !same_record(&its->record, record) || got->in[its - all.v];
    if (its)
        got->in[its - all.v] = true;
    const char *id = its ? its->record.id : "";
    got->ordered &= !got->n || got->last_us < record->start_us || (got->last_us == record->start_us && strcmp(got->last_id, id) < 0);
    got->last_us = record->start_us;
    got->last_id = id;
    return ++got->n != got->stop;
}

static bool take_record(void *context, const struct record *record)
{
    return take(context, record);
}

static bool take_payload(void *context, const struct history_payload *payload)
{
    struct got *got = context;
    const struct history_payload *its = find(payload->record.id);
    got->wrong |= !its || its->text_len != payload->text_len || strcmp(its->text, payload->text) != 0;
    return take(got, &payload->record);
}

static void expect(struct got *expected, const struct history_selection *selection)
{
    struct history_payload sorted[PAYLOADS];
    size_t n = 0;
    *expected = (struct got){0};
    for (size_t i = 0; i < all.n; i++) {
        const struct record *record = &all.v[i].record;
        if ((!selection->from_us || record->start_us >= selection->from_us) && (!selection->to_us || record->start_us < selection->to_us) &&
            (!selection->filters || record_passes(record, selection->filters)))
            sorted[n++] = all.v[i];
    }
    qsort(sorted, n, sizeof(*sorted), by_start);
    for (size_t i = selection->newest && n > selection->newest ? n - selection->newest : 0; i < n; i++, expected->n++)
        expected->in[find(sorted[i].record.id) - all.v] = true;
}

static void check_got(const char *how, const struct got *got, const struct got *expected, int round)
{
    CHECK(!got->wrong && got->n == expected->n && memcmp(got->in, expected->in, sizeof(got->in)) == 0, "round %d: %s: %zu, not %zu", round, how,
          got->n, expected->n);
}

static void check_selection(struct history *history, const struct history_selection *selection, int round)
{
    struct error err = {0};
    struct arena records = {0};
    struct got walked = {.ordered = true}, scanned = {0}, read = {0}, expected;
    expect(&expected, selection);
    CHECK(history_walk(history, selection, &records, take_record, &walked, &err) && walked.ordered, "%s", err.text);
    CHECK(history_scan(history, selection, take_record, &scanned, &err), "%s", err.text);
    CHECK(history_read(history, selection, take_payload, &read, &err), "%s", err.text);
    check_got("walk", &walked, &expected, round);
    check_got("scan", &scanned, &expected, round);
    check_got("read", &read, &expected, round);
    arena_close(&records);
}

static int64_t some_day(struct random *random)
{
    return random_below(random, 2) ? 0 : 1735689600000000 + (int64_t)random_below(random, 240) * 3600000000;
}

static void test_selections(struct history *history, struct random *random)
{
    static const char *const filters[] = {"", "model=llama", "model=llama:granite,batch=1", "batch=0:2", "model=7", "nosuch=1", "model=null"};
    for (int round = 0; round < ROUNDS; round++) {
        struct error err = {0};
        struct filters chosen = {0};
        record_filters_parse(&arena, filters[random_below(random, ROWS(filters))], &chosen, &err);
        struct history_selection selection = {.workload = random_below(random, 2) ? "w" : NULL, .filters = random_below(random, 4) ? &chosen : NULL,
                                              .from_us = some_day(random), .to_us = some_day(random),
                                              .newest = random_below(random, 2) ? random_below(random, 70) : 0};
        check_selection(history, &selection, round);
    }
}

static void test_reading(struct history *history)
{
    struct error err = {0};
    struct arena records = {0};
    struct got got = {.stop = 3};
    CHECK(history_read(history, NULL, take_payload, &got, &err) && got.n == 3, "stops: %zu %s", got.n, err.text);
    got = (struct got){.stop = 3};
    CHECK(history_scan(history, NULL, take_record, &got, &err) && got.n == 3, "stops: %zu %s", got.n, err.text);
    got = (struct got){.stop = 3, .ordered = true};
    CHECK(history_walk(history, NULL, &records, take_record, &got, &err) && got.n == 3 && got.ordered, "stops: %zu %s", got.n, err.text);
    got = (struct got){0};
    CHECK(history_scan(history, &(struct history_selection){.bare = true, .newest = 5}, take_record, &got, &err) && got.n == 5, "%zu %s", got.n,
          err.text);
    arena_close(&records);
}

/* ---- transactions ---- */

static bool add_some(struct history *history, size_t from, size_t to, struct error *err)
{
    bool ok = true;
    for (size_t i = from; ok && i < to; i++)
        ok = history_add(history, &all.v[i], err);
    return ok;
}

static long records_of(const char *uri)
{
    struct error err = {0};
    return folder_records(uri, &err);
}

static bool counts_are(struct history_counts counts, size_t added, size_t unchanged, size_t replaced)
{
    return counts.added == added && counts.unchanged == unchanged && counts.replaced == replaced && !counts.refused && !counts.unsent;
}

static struct stat file_of(const char *uri)
{
    struct stat st = {0};
    stat(strchr(uri, ':') + 1, &st);
    return st;
}

static void test_transactions(const char *uri)
{
    struct error err = {0};
    struct history_counts counts;
    struct history *history = history_open(uri, HISTORY_WRITE, NULL, &err);
    CHECK(history && history_begin(history, "w", &err) && add_some(history, 0, 10, &err), "%s", err.text);
    CHECK(!history_end(history, false, &counts, &err) && !err.kind && counts_are(counts, 0, 0, 0), "given up: %s", err.text);
    CHECK(records_of(uri) == 0, "nothing stays");
    CHECK(history_begin(history, "w", &err) && history_end(history, true, &counts, &err) && counts_are(counts, 0, 0, 0), "none: %s", err.text);
    CHECK(history_begin(history, "w", &err) && add_some(history, 0, 30, &err) && history_end(history, true, &counts, &err), "%s", err.text);
    CHECK(counts_are(counts, 30, 0, 0) && records_of(uri) == 30 && history_exists(history), "%zu", counts.added);
    CHECK(history_begin(history, "w", &err) && add_some(history, 20, 40, &err) && !history_end(history, false, NULL, &err), "%s", err.text);
    CHECK(records_of(uri) == 30, "nothing of the second one stays");
    struct stat before = file_of(uri);
    CHECK(history_begin(history, "w", &err) && add_some(history, 0, 30, &err) && history_end(history, true, &counts, &err), "%s", err.text);
    struct stat after = file_of(uri);
    CHECK(counts_are(counts, 0, 30, 0) && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec && before.st_size == after.st_size, "it is not touched");
    CHECK(history_begin(history, "w", &err) && add_some(history, 20, PAYLOADS, &err) && history_end(history, true, &counts, &err), "%s", err.text);
    CHECK(counts_are(counts, PAYLOADS - 30, 10, 0) && records_of(uri) == PAYLOADS, "%zu", counts.added);
    history_close(history);
}

/* A failed add ends the transaction, whatever its caller wants then. */
static void test_two_of_one_id(const char *uri)
{
    struct error err = {0};
    struct history_counts counts;
    struct history_payload other = all.v[1];
    other.text = arena_printf(&arena, "%s ", other.text);
    other.text_len++;
    struct history *history = history_open(uri, HISTORY_WRITE, NULL, &err);
    CHECK(history_begin(history, "w", &err) && add_some(history, 0, 3, &err) && add_some(history, 1, 2, &err), "%s", err.text);
    CHECK(history_end(history, true, &counts, &err) && counts_are(counts, 0, 4, 0), "the same twice: %s", err.text);
    CHECK(history_begin(history, "w", &err) && add_some(history, 0, 3, &err) && !history_add(history, &other, &err), "another text");
    CHECK(err.kind == ERR_INVALID && strstr(err.text, "stands for two different payloads"), "%s", err.text);
    CHECK(!history_end(history, true, &counts, &err) && counts_are(counts, 0, 0, 0), "it is not kept");
    history_close(history);
}

static void test_rehearsal(const char *uri)
{
    struct error err = {0};
    struct history_counts counts;
    struct history_payload other = all.v[1], fresh = payload_of(&arena, "{\"metadata\":{\"start\":\"2025-01-01T00:00:00\",\"settings\":{},\"test_uuid\":\"new\"}}");
    other.text = arena_printf(&arena, "%s ", other.text);
    other.text_len++;
    struct stat before = file_of(uri);
    struct history *history = history_open(uri, HISTORY_READ, NULL, &err);
    CHECK(history_begin(history, "w", &err) && add_some(history, 2, 12, &err) && history_add(history, &other, &err) &&
              history_add(history, &fresh, &err) && history_add(history, &fresh, &err), "%s", err.text);
    CHECK(history_end(history, true, &counts, &err) && counts_are(counts, 1, 11, 1), "%zu %zu %zu", counts.added, counts.unchanged, counts.replaced);
    CHECK(before.st_mtim.tv_nsec == file_of(uri).st_mtim.tv_nsec && records_of(uri) == PAYLOADS, "it is not touched");
    history_close(history);
}

struct other_writer {
    const char *uri;
    size_t n;
};

/* Another one replaces and adds payloads while they are read. */
static bool write_meanwhile(void *context, const struct history_payload *payload)
{
    struct other_writer *writer = context;
    struct error err = {0};
    struct history_counts counts = {0};
    struct payloads more = payloads_make(&arena, arena_printf(&arena, "more-%zu", writer->n), 1, 10, 0);
    (void)payload;
    CHECK(writer->n++ > 2 || folder_put(writer->uri, "w", more, NULL, &counts, &err), "a reader keeps nobody waiting: %s", err.text);
    return true;
}

static void test_writers_do_not_wait(const char *uri)
{
    struct error err = {0};
    struct other_writer writer = {.uri = uri};
    struct history *history = history_open(uri, HISTORY_READ, NULL, &err);
    CHECK(history_read(history, NULL, write_meanwhile, &writer, &err) && writer.n == PAYLOADS, "%zu: %s", writer.n, err.text);
    history_close(history);
}

/* ---- what they are made of ---- */

static void test_idset(void)
{
    struct idset *set = idset_open();
    char id[32];
    size_t wrong = 0;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 20000; i++) {
            snprintf(id, sizeof(id), "id-%d", i);
            wrong += idset_add(set, id, id, strlen(id)) != (round ? IDSET_SAME : IDSET_NEW);
        }
    }
    CHECK(wrong == 0, "%zu", wrong);
    CHECK(idset_add(set, "id-77", "other", 5) == IDSET_OTHER && idset_add(set, "", "", 0) == IDSET_NEW, "another text");
    idset_close(set);
    idset_close(NULL);
}

static void test_intern(void)
{
    struct arena texts = {0};
    struct intern *intern = intern_open(&texts);
    const char *first[5000];
    char text[32];
    size_t wrong = 0;
    for (int i = 0; i < 5000; i++) {
        snprintf(text, sizeof(text), "value %d", i);
        first[i] = intern_text(intern, text);
        wrong += strcmp(first[i], text) != 0;
    }
    for (int i = 0; i < 5000; i++) {
        snprintf(text, sizeof(text), "value %d", i);
        wrong += intern_text(intern, text) != first[i];
    }
    CHECK(wrong == 0 && strcmp(intern_text(intern, ""), "") == 0, "%zu", wrong);
    intern_close(intern);
    CHECK(strcmp(first[4999], "value 4999") == 0, "texts stay");
    arena_close(&texts);
}

int main(void)
{
    struct random random = {6};
    scratch_open(&scratch);
    uris[0] = arena_printf(&arena, "sqlite:%s/a.db", scratch.folder);
    uris[1] = arena_printf(&arena, "dir:%s/lts", scratch.folder);
    make_payloads(&random);
    for (size_t i = 0; i < ROWS(uris); i++) {
        struct error err = {0};
        test_transactions(uris[i]);
        test_two_of_one_id(uris[i]);
        test_rehearsal(uris[i]);
        struct history *history = history_open(uris[i], HISTORY_READ, NULL, &err);
        test_selections(history, &random);
        test_reading(history);
        history_close(history);
        test_writers_do_not_wait(uris[i]);
    }
    test_idset();
    test_intern();
    arena_close(&arena);
    scratch_close(&scratch);
    return check_end();
}
