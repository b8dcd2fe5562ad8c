/* history: fingerprints of the labels that count. */
#include "history/fingerprint.h"

#include <string.h>

#include "tests/check.h"

#define LABELS(...) ((struct label[]){__VA_ARGS__, {0}})

static const char *const left_out[] = {"run_id", "run_id", "version"};

static const struct {
    struct label *labels;
    bool alike; /* to the first row */
} rows[] = {
    {LABELS({"gpu", "2"}, {"model", "\"llama\""}, {"run_id", "\"1\""}, {"version", "\"1.0\""}), true},
    {LABELS({"gpu", "2"}, {"model", "\"llama\""}), true},
    {LABELS({"gpu", "2"}, {"lora", "null"}, {"model", "\"llama\""}, {"run_id", "\"2\""}, {"version", "\"1.1\""}), true},
    {LABELS({"gpu", "\"2\""}, {"model", "\"llama\""}), false},
    {LABELS({"gpu", "2"}, {"model", "\"granite\""}), false},
    {LABELS({"gpu", "2"}, {"lora", "8"}, {"model", "\"llama\""}), false},
    {LABELS({"gpu", "2"}), false},
    {LABELS({"gpu2", ""}, {"model", "\"llama\""}), false},
    {LABELS({"gpu", "2"}, {"model", "\"llama\""}, {"zone", "\"a\""}), false},
};

static struct record record_of(struct label *labels)
{
    struct record record = {.id = "x", .where = "", .labels = labels};
    while (labels[record.labels_n].key)
        record.labels_n++;
    return record;
}

/* Of records that have a zone; others are not compared. */
static bool drop_zone(void *context, struct arena *arena, struct record *record)
{
    (void)context;
    (void)arena;
    bool has = record_label(record, "zone") != NULL;
    record->labels_n -= has;
    return has;
}

int main(void)
{
    struct fingerprint_rule rule = fingerprint_rule_of(left_out, 3, NULL), same = fingerprint_rule_of(left_out + 1, 2, ""), none = fingerprint_rule_of(NULL, 0, NULL);
    struct fingerprint_rule changing = fingerprint_rule_of(left_out, 3, "drop zone");
    changing.change = drop_zone;
    CHECK(strcmp(rule.digest, same.digest) == 0, "a key that stands there twice counts once");
    CHECK(strcmp(rule.digest, none.digest) != 0, "another list is another rule");
    CHECK(strcmp(rule.digest, changing.digest) != 0, "another change is another rule");
    char first[FINGERPRINT_SIZE], print[FINGERPRINT_SIZE];
    struct record record = record_of(rows[0].labels);
    fingerprint_of(&rule, &record, first);
    CHECK(strlen(first) == FINGERPRINT_SIZE - 1 && strncmp(first, rule.digest, strlen(rule.digest)) == 0, "%s", first);
    for (size_t i = 0; i < ROWS(rows); i++) {
        record = record_of(rows[i].labels);
        fingerprint_of(&rule, &record, print);
        CHECK((strcmp(first, print) == 0) == rows[i].alike, "row %zu: %s", i, print);
    }
    CHECK(fingerprint_of(&changing, &record, print) && strcmp(strchr(first, ':'), strchr(print, ':')) == 0, "the zone is dropped: %s", print);
    record = record_of(rows[6].labels);
    CHECK(!fingerprint_of(&changing, &record, print), "not to be compared");
    fingerprint_of(&none, &record, print);
    CHECK(strcmp(first, print) != 0, "%s", print);
    return check_end();
}
