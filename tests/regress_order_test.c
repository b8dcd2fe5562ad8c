/* regress: the order of label values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "regress/order.h"
#include "detect/score.h"
#include "tests/check.h"

/* Each row is in ascending order. */
static const char *const rows[][8] = {
    {"\"4.9\"", "\"4.10\"", "\"4.10.1\"", "\"4.11\""},
    {"\"v1.2\"", "\"v1.9\"", "\"v1.10\""},
    {"\"1.0.0-alpha\"", "\"1.0.0-alpha.1\"", "\"1.0.0-alpha.beta\"", "\"1.0.0-beta\"", "\"1.0.0-beta.2\"",
     "\"1.0.0-beta.11\"", "\"1.0.0-rc.1\"", "\"1.0.0\""}, /* the example of SemVer 2.0.0, section 11 */
    {"\"2.20.0-rc1+2025-05-06\"", "\"2.20.0-rc1+2025-05-13\"", "\"2.20.0-rc2\"", "\"2.20.0-rc10\"", "\"2.20.0\"",
     "\"2.20.0+1\""},
    {"\"fms-hf-tuning:v2.8.2\"", "\"fms-hf-tuning:v2.8.10\"", "\"fms-hf-tuning:v2.10.0\""},
    {"\"quay.io:5000/a/granite-3.1-8b:v1.2\"", "\"quay.io:5000/a/granite-3.1-8b:v1.11\""},
    {"\"4.16.0-0.nightly-2024-05-01-123456\"", "\"4.16.0-0.nightly-2024-10-01-000000\"", "\"4.16.0-ec.1\"",
     "\"4.16.0-rc.3\"", "\"4.16.0\"", "\"4.16.1\""},
    {"\"2025-05-06\"", "\"2025-05-10\"", "\"2025-11-02\"", "\"2026-01-01\""},
    {"\"20250506\"", "\"20251102\"", "\"20260101\""},
    {"\"nightly-2025-05-06\"", "\"nightly-2025-05-06T10:00\"", "\"nightly-2025-11-02\""},
    {"\"1.2.dev1\"", "\"1.2rc1\"", "\"1.2\"", "\"1.2.post1\"", "\"1.3a1\""},
    {"\"v1.0\"", "\"v1.0-3-gabcdef0\"", "\"v1.0-12-g0123abc\"", "\"v1.1-rc1\"", "\"v1.1\""},
    {"null", "false", "true", "2", "4.9", "10", "1e3", "\"a\""},
    {"-2", "-1.5", "0", "8"},
    {"\"batch-2\"", "\"batch-10\""},
    {"\"1.18446744073709551616\"", "\"1.18446744073709551617\""}, /* beyond 64 bits */
};

static void test_rows(void)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        for (size_t j = 0; j < 8 && rows[i][j]; j++) {
            for (size_t k = 0; k < 8 && rows[i][k]; k++) {
                int got = order_compare(rows[i][j], rows[i][k]);
                int want = (j > k) - (j < k);
                CHECK((got > 0) - (got < 0) == want, "%s against %s: %d", rows[i][j], rows[i][k], got);
            }
        }
    }
    CHECK(order_compare(NULL, "null") == 0, "absent is null");
}

static const struct {
    const char *value;
    bool version;
} version_rows[] = {
    {"\"v2.8.2\"", true},        {"8", true},
    {"\"latest\"", false},       {"\"main\"", false},
    {"null", false},             {"{\"a\":1}", false},
    {"\"sha256:1234567890a12bc\"", false}, {"\"img@sha256:0011223344\"", false},
    {"\"9f86d081884c\"", false}, {"\"12345678-1234-4123-8123-123456789012\"", false},
    {"\"granite-7b-lab\"", true}, /* PEP 440's "7b"; only equal names are compared by it */
    {"\"\"", false},             {"\"v\"", false},
};

static void test_versions(void)
{
    for (size_t i = 0; i < ROWS(version_rows); i++) {
        const char *value = version_rows[i].value;
        int order = 1;
        CHECK(order_compare_versions(value, value, &order) == version_rows[i].version && order == !version_rows[i].version, "%s", value);
    }
}

static const struct {
    const char *what;
    struct order_item items[6]; /* in the expected order */
} rank_rows[] = {
    {"4.9 tested after 4.10", {{"\"4.9\"", 20}, {"\"4.10\"", 10}, {"\"4.11\"", 30}}},
    {"digests by first start", {{"\"sha256:ff\"", 1}, {"\"sha256:aa\"", 2}, {"\"sha256:cc\"", 3}}},
    {"a free tag stands by its time", {{"\"v1.0\"", 10}, {"\"v1.1\"", 20}, {"\"main\"", 25}, {"\"v1.2\"", 30}}},
    {"a late test of an old version pulls the newer ones with it",
     {{"\"v1.0\"", 10}, {"\"main\"", 15}, {"\"v1.1\"", 50}, {"\"v1.2\"", 20}, {"\"v1.3\"", 60}}},
    {"two images", {{"\"a:v1\"", 10}, {"\"b:v9\"", 15}, {"\"a:v2\"", 20}, {"\"b:v10\"", 30}}},
    {"null by time", {{"\"v1\"", 1}, {"null", 2}, {"\"v2\"", 3}}},
};

static void test_ranks(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(rank_rows); i++) {
        const struct order_item *items = rank_rows[i].items;
        size_t n = 0;
        while (n < 6 && items[n].value)
            n++;
        struct order_item back[6];
        for (size_t j = 0; j < n; j++)
            back[j] = items[n - 1 - j];
        size_t *ranks = order_ranks(items, n, &arena), *reversed = order_ranks(back, n, &arena);
        for (size_t j = 0; j < n; j++) {
            CHECK(ranks[j] == j, "%s: %s at %zu", rank_rows[i].what, items[j].value, ranks[j]);
            CHECK(reversed[n - 1 - j] == j, "%s: reversed: %s", rank_rows[i].what, items[j].value);
        }
    }
    struct order_item same[] = {{"\"v1\"", 5}, {"\"v2\"", 6}, {"\"v1\"", 9}};
    size_t *ranks = order_ranks(same, 3, &arena);
    CHECK(ranks[0] == ranks[2] && ranks[0] < ranks[1], "equal texts, equal ranks");
    arena_close(&arena);
}

/* Random values from the pieces that versions are made of. */
static const char *random_value(uint64_t *random, char *room, size_t size)
{
    static const char *const pieces[] = {"v", "1", "2", "10", "01", ".", "-", "+", "rc", "a", ":", "img", "g", "2025-05-06",
                                         "abcdef", "0", " ", "T", "post", "/"};
    size_t len = 0, n = score_random(random) % 7;
    room[len++] = '"';
    for (size_t i = 0; i < n; i++)
        len += (size_t)snprintf(room + len, size - len, "%s", pieces[score_random(random) % ROWS(pieces)]);
    snprintf(room + len, size - len, "\"");
    if (score_random(random) % 8 == 0)
        snprintf(room, size, "%d", (int)(score_random(random) % 20) - 5);
    return room;
}

/* Antisymmetric, transitive, total; and ranks do not depend on the order of the set. */
static void test_properties(void)
{
    enum { VALUES = 70 };
    static char values[VALUES][128];
    uint64_t random = 7;
    for (size_t i = 0; i < VALUES; i++)
        random_value(&random, values[i], sizeof(values[i]));
    for (size_t i = 0; i < VALUES; i++) {
        for (size_t j = 0; j < VALUES; j++) {
            int ij = order_compare(values[i], values[j]), ji = order_compare(values[j], values[i]);
            CHECK((ij > 0) == (ji < 0) && (ij == 0) == (strcmp(values[i], values[j]) == 0), "%s %s", values[i], values[j]);
            for (size_t k = 0; k < VALUES && ij < 0; k++) {
                bool jk = order_compare(values[j], values[k]) < 0;
                if (jk && !(order_compare(values[i], values[k]) < 0))
                    CHECK(false, "not transitive: %s %s %s", values[i], values[j], values[k]);
            }
        }
    }
    struct arena arena = {0};
    struct order_item items[VALUES], shuffled[VALUES];
    size_t from[VALUES];
    for (size_t i = 0; i < VALUES; i++) {
        items[i] = (struct order_item){values[i], (int64_t)(score_random(&random) % 30)};
        from[i] = i;
    }
    for (size_t i = VALUES - 1; i > 0; i--) {
        size_t j = score_random(&random) % (i + 1), swap = from[i];
        from[i] = from[j];
        from[j] = swap;
    }
    for (size_t i = 0; i < VALUES; i++)
        shuffled[i] = items[from[i]];
    size_t *a = order_ranks(items, VALUES, &arena), *b = order_ranks(shuffled, VALUES, &arena);
    for (size_t i = 0; i < VALUES; i++)
        CHECK(a[from[i]] == b[i], "%s: %zu and %zu", shuffled[i].value, a[from[i]], b[i]);
    arena_close(&arena);
}

int main(void)
{
    test_rows();
    test_versions();
    test_ranks();
    test_properties();
    return check_end();
}
