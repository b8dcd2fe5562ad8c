#include "regress/gate.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

enum { NAMES = 8, WORD_MAX = 64 };

static const struct name {
    const char *name;
    enum verdict verdict;
    bool only_new, only_known;
} names[NAMES] = {
    {"regression", VERDICT_REGRESSION, false, false},
    {"new-regression", VERDICT_REGRESSION, true, false},
    {"known-regression", VERDICT_REGRESSION, false, true},
    {"suspect", VERDICT_SUSPECT, false, false},
    {"missing", VERDICT_MISSING, false, false},
    {"no-history", VERDICT_NO_HISTORY, false, false},
    {"improvement", VERDICT_IMPROVEMENT, false, false},
    {"cannot-tell", VERDICT_CANNOT_TELL, false, false},
};

struct gate gate_default(void)
{
    struct gate gate = {.fails = {false}};
    gate.fails[VERDICT_REGRESSION] = true;
    return gate;
}

/* Edit distance, for words of at most WORD_MAX characters. */
static size_t distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 2], nb = strlen(b);
    for (size_t j = 0; j <= nb; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t change = corner + (a[i - 1] != b[j - 1]), least = row[j - 1] < row[j] ? row[j - 1] : row[j];
            corner = row[j];
            row[j] = change < least + 1 ? change : least + 1;
        }
    }
    return row[nb];
}

static const char *nearest(const char *word)
{
    const char *best = "none";
    size_t least = distance(word, best);
    for (size_t i = 0; i < NAMES; i++) {
        size_t d = distance(word, names[i].name);
        if (d < least) {
            least = d;
            best = names[i].name;
        }
    }
    return best;
}

/* The next word of the list, in lower case, with `-` for `_` and inner blanks. Returns what follows its comma, or NULL. */
static const char *next_word(const char *list, char *word)
{
    const char *end = list + strcspn(list, ","), *next = *end ? end + 1 : NULL;
    while (list < end && isspace((unsigned char)*list))
        list++;
    while (end > list && isspace((unsigned char)end[-1]))
        end--;
    size_t n = (size_t)(end - list) < WORD_MAX ? (size_t)(end - list) : WORD_MAX;
    for (size_t i = 0; i < n; i++)
        word[i] = list[i] == '_' || list[i] == ' ' ? '-' : (char)tolower((unsigned char)list[i]);
    word[n] = '\0';
    return next;
}

struct words {
    bool fails[VERDICT_COUNT], none, any;
    bool all, only_new, only_known; /* of the regressions */
};

static void take_word(struct words *words, const struct name *name)
{
    words->any = words->fails[name->verdict] = true;
    words->only_new |= name->only_new;
    words->only_known |= name->only_known;
    words->all |= name->verdict == VERDICT_REGRESSION && !name->only_new && !name->only_known;
}

static bool parse_list(const char *list, struct words *words, struct error *err)
{
    while (list) {
        char word[WORD_MAX + 1];
        list = next_word(list, word);
        size_t i = 0;
        while (i < NAMES && strcmp(names[i].name, word) != 0)
            i++;
        if (strcmp(word, "none") == 0)
            words->none = true;
        else if (i < NAMES)
            take_word(words, &names[i]);
        else
            return error_set(err, ERR_USAGE,
                             "--fail-on: '%s' is no verdict; did you mean '%s'? (regression, new-regression, known-regression, suspect, "
                             "missing, no-history, improvement, cannot-tell, none)", word, nearest(word));
    }
    return true;
}

bool gate_parse(const char *const *lists, struct gate *gate, struct error *err)
{
    struct words words = {.none = false};
    for (; *lists; lists++) {
        if (!parse_list(*lists, &words, err))
            return false;
    }
    if (words.none == words.any)
        return error_set(err, ERR_USAGE, words.any ? "--fail-on: 'none' goes with no other word"
                                                   : "--fail-on: no verdict is named; 'none' turns the gate off");
    bool all = words.all || (words.only_new && words.only_known);
    memcpy(gate->fails, words.fails, sizeof(gate->fails));
    gate->only_new = words.only_new && !all;
    gate->only_known = words.only_known && !all;
    return true;
}

/* Whether or not the gate names it; 0 for those that have none. */
static int code_of(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_REGRESSION:
        return 1;
    case VERDICT_SUSPECT:
        return 2;
    case VERDICT_MISSING:
    case VERDICT_NO_HISTORY:
    case VERDICT_CANNOT_TELL:
        return 3;
    case VERDICT_IMPROVEMENT:
        return 4;
    case VERDICT_OK:
    case VERDICT_ACKNOWLEDGED:
    case VERDICT_NOT_ANALYSED:
        break;
    }
    return 0;
}

/* A cannot tell that stands in place of a regression is nothing less than a suspect: a run farther out must not be what passes. */
static bool fails_as_suspect(const struct gate *gate, const struct kpi_result *kpi)
{
    return gate->fails[VERDICT_SUSPECT] && verdict_in_place(kpi);
}

bool gate_fails(const struct gate *gate, const struct kpi_result *kpi)
{
    bool known = kpi->change.status == CHANGE_KNOWN, apart = kpi->verdict == VERDICT_REGRESSION && (gate->only_new || gate->only_known);
    return (gate->fails[kpi->verdict] && (!apart || known == gate->only_known)) || fails_as_suspect(gate, kpi);
}

/* The KPI results that fail as this verdict. */
static size_t count_failing(const struct gate *gate, const struct analysis *analysis, enum verdict verdict)
{
    size_t n = 0;
    for (size_t i = 0; i < analysis->entries_n; i++) {
        for (size_t j = 0; j < analysis->entries[i].kpis_n; j++) {
            const struct kpi_result *kpi = &analysis->entries[i].kpis[j];
            enum verdict as = fails_as_suspect(gate, kpi) ? VERDICT_SUSPECT : kpi->verdict;
            n += as == verdict && gate_fails(gate, kpi);
        }
    }
    return n;
}

/* Absences that no result stands for are in the counts alone. */
static size_t count_of(const struct gate *gate, const struct analysis *analysis, enum verdict verdict)
{
    bool by_result = verdict == VERDICT_REGRESSION || verdict == VERDICT_SUSPECT;
    return by_result ? count_failing(gate, analysis, verdict) : analysis->counts[verdict];
}

size_t gate_codes(const struct gate *gate, const struct analysis *analysis, int *codes)
{
    size_t n = 0;
    for (int v = 0; v < VERDICT_COUNT; v++) {
        int code = gate->fails[v] && count_of(gate, analysis, (enum verdict)v) ? code_of((enum verdict)v) : 0;
        bool known = code == 0;
        for (size_t i = 0; i < n; i++)
            known |= codes[i] == code;
        if (!known)
            codes[n++] = code;
    }
    return n;
}

int gate_code(const struct gate *gate, const struct analysis *analysis)
{
    int codes[VERDICT_COUNT];
    return gate_worst(codes, gate_codes(gate, analysis, codes));
}

/* Smaller is stronger. */
static int rank(int code)
{
    static const int first[] = {ERR_BUG, 1, ERR_INVALID, ERR_ARTIFACT, ERR_NO_TEST};
    static const int then[] = {3, 2, 4};
    int n = (int)(sizeof(first) / sizeof(first[0]));
    for (int i = 0; i < n; i++) {
        if (first[i] == code)
            return i;
    }
    if (code >= 100)
        return n;
    for (int i = 0; i < 3; i++) {
        if (then[i] == code)
            return n + 1 + i;
    }
    return code == 0 ? INT_MAX : n + 4;
}

int gate_worst(const int *codes, size_t n)
{
    int strongest = 0;
    for (size_t i = 0; i < n; i++) {
        int a = rank(codes[i]), b = rank(strongest);
        if (a < b || (a == b && codes[i] < strongest))
            strongest = codes[i];
    }
    return strongest;
}
