/* regress: --fail-on, and the exit code of several outcomes. */
#include <string.h>

#include "regress/gate.h"
#include "tests/check.h"

/* Every code of the design, strongest first; the "others" from 100 on stand by number. */
static const int strongest_first[] = {120, 1, 102, 101, 103, 100, 104, 105, 110, 111, 112, 123, 130, 141, 143, 3, 2, 4, 0};

static void test_codes(void)
{
    for (size_t i = 0; i < ROWS(strongest_first); i++) {
        for (size_t j = 0; j < ROWS(strongest_first); j++) {
            int want = strongest_first[i < j ? i : j];
            int got = gate_worst((const int[]){strongest_first[i], strongest_first[j]}, 2);
            CHECK(got == want, "%d and %d: %d, not %d", strongest_first[i], strongest_first[j], got, want);
        }
    }
    CHECK(gate_worst(NULL, 0) == 0, "nothing happened");
    CHECK(gate_worst((const int[]){4, 112, 1, 3}, 4) == 1, "a spooled upload never hides a regression");
}

static const struct {
    const char *list;
    const char *fails; /* one letter a verdict, in the enum's order: ok regression improvement suspect cannot no ack missing not */
    const char *error;
} parse_rows[] = {
    {"regression", "-r-------", ""},
    {"none", "---------", ""},
    {"regression,suspect,missing,no-history,improvement,cannot-tell", "-riscn-m-", ""},
    {" no_history , Cannot Tell ", "----cn---", ""},
    {"regresion", NULL, "'regresion' is no verdict; did you mean 'regression'?"},
    {"regression,mising", NULL, "'mising' is no verdict; did you mean 'missing'?"},
    {"", NULL, "'' is no verdict; did you mean 'none'?"},
    {"regression,", NULL, "'' is no verdict"},
    {"none,regression", NULL, "'none' goes with no other word"},
    {"acknowledged", NULL, "'acknowledged' is no verdict"},
    {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", NULL, "is no verdict"},
};

static void test_parse(void)
{
    for (size_t i = 0; i < ROWS(parse_rows); i++) {
        struct gate gate = {.fails = {false}};
        struct error err = {0};
        bool ok = gate_parse((const char *const[]){parse_rows[i].list, NULL}, &gate, &err);
        CHECK(ok == (parse_rows[i].fails != NULL), "'%s': %s", parse_rows[i].list, err.text);
        CHECK(strstr(err.text, parse_rows[i].error), "'%s': %s", parse_rows[i].list, err.text);
        for (int v = 0; ok && v < VERDICT_COUNT; v++)
            CHECK(gate.fails[v] == (parse_rows[i].fails[v] != '-'), "'%s': verdict %d", parse_rows[i].list, v);
    }
}

/* A cannot tell that stands in place of a regression. */
#define UNKEPT (VERDICT_COUNT + VERDICT_CANNOT_TELL)

static const struct {
    const char *list;
    int happened[3];
    int code;
} gate_rows[] = {
    {"regression", {VERDICT_REGRESSION, VERDICT_SUSPECT, VERDICT_OK}, 1},
    {"regression", {VERDICT_ACKNOWLEDGED, VERDICT_SUSPECT, VERDICT_OK}, 0},
    {"none", {VERDICT_REGRESSION, VERDICT_MISSING, VERDICT_OK}, 0},
    {"suspect,missing", {VERDICT_SUSPECT, VERDICT_MISSING, VERDICT_REGRESSION}, 3},
    {"suspect,improvement", {VERDICT_SUSPECT, VERDICT_IMPROVEMENT, VERDICT_OK}, 2},
    {"improvement", {VERDICT_IMPROVEMENT, VERDICT_OK, VERDICT_OK}, 4},
    {"no-history", {VERDICT_NO_HISTORY, VERDICT_OK, VERDICT_OK}, 3},
    {"cannot-tell", {VERDICT_CANNOT_TELL, VERDICT_OK, VERDICT_OK}, 3},
    {"regression", {VERDICT_OK, VERDICT_OK, VERDICT_NOT_ANALYSED}, 0},
    {"suspect", {VERDICT_CANNOT_TELL, VERDICT_OK, VERDICT_OK}, 0},
    {"suspect", {UNKEPT, VERDICT_OK, VERDICT_OK}, 2},
    {"suspect,cannot-tell", {UNKEPT, VERDICT_CANNOT_TELL, VERDICT_OK}, 3},
    {"cannot-tell", {UNKEPT, VERDICT_OK, VERDICT_OK}, 3},
    {"regression", {UNKEPT, VERDICT_OK, VERDICT_OK}, 0},
};

/* Which regressions: by the state of the change. */
static const struct {
    const char *list;
    enum change_status status;
    int code;
} status_rows[] = {
    {"regression", CHANGE_NEW, 1},           {"regression", CHANGE_KNOWN, 1},       {"new-regression", CHANGE_NEW, 1},
    {"new_regression", CHANGE_RETURNED, 1},  {"new-regression", CHANGE_EXPIRED, 1}, {"new-regression", CHANGE_KNOWN, 0},
    {"known-regression", CHANGE_KNOWN, 1},   {"known-regression", CHANGE_NEW, 0},   {"new-regression,known-regression", CHANGE_KNOWN, 1},
    {"new-regression,regression", CHANGE_KNOWN, 1}, {"new-regression,suspect", CHANGE_KNOWN, 0},
};

static int code_of(const char *list, struct kpi_result *results, size_t n)
{
    struct entry_result entry = {.kpis = results, .kpis_n = n};
    struct analysis analysis = {.entries = &entry, .entries_n = 1};
    struct gate gate;
    struct error err = {0};
    for (size_t i = 0; i < n; i++)
        analysis.counts[results[i].verdict]++;
    CHECK(gate_parse((const char *const[]){list, NULL}, &gate, &err), "%s", err.text);
    return gate_code(&gate, &analysis);
}

static void test_statuses(void)
{
    for (size_t i = 0; i < ROWS(status_rows); i++) {
        struct kpi_result kpi = {.verdict = VERDICT_REGRESSION, .change = {.status = status_rows[i].status}};
        int code = code_of(status_rows[i].list, &kpi, 1);
        CHECK(code == status_rows[i].code, "row %zu: %d", i, code);
    }
}

static void test_gate(void)
{
    for (size_t i = 0; i < ROWS(gate_rows); i++) {
        struct kpi_result results[3];
        for (size_t j = 0; j < 3; j++) {
            int happened = gate_rows[i].happened[j];
            results[j] = (struct kpi_result){.verdict = (enum verdict)(happened % VERDICT_COUNT), .evidence.level_kept = happened < VERDICT_COUNT};
        }
        int code = code_of(gate_rows[i].list, results, 3);
        CHECK(code == gate_rows[i].code, "row %zu: %d", i, code);
    }
    struct gate gate;
    struct error err = {0};
    CHECK(gate_parse((const char *const[]){"suspect", "missing,regression", NULL}, &gate, &err) &&
              gate.fails[VERDICT_SUSPECT] && gate.fails[VERDICT_MISSING] && gate.fails[VERDICT_REGRESSION], "several lists");
    CHECK(!gate_parse((const char *const[]){NULL}, &gate, &err) && strstr(err.text, "no verdict is named"), "%s", err.text);
    struct gate usual = gate_default();
    CHECK(gate_fails(&usual, &(struct kpi_result){.verdict = VERDICT_REGRESSION}), "the default gate");
    CHECK(!gate_fails(&usual, &(struct kpi_result){.verdict = VERDICT_SUSPECT}), "the default gate");
}

int main(void)
{
    test_codes();
    test_parse();
    test_gate();
    test_statuses();
    return check_end();
}
