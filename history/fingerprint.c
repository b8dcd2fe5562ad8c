#include "history/fingerprint.h"

#include <string.h>

#include "base/digest.h"

/* Part of every rule's digest: a new way of making fingerprints never meets the old ones. */
static const char way[] = "matbench labels 1";

/* With its NUL, which no text holds: what two texts are cannot be read in two ways. */
static void add(struct digest *digest, const char *text)
{
    digest_add(digest, text, strlen(text) + 1);
}

static void end(struct digest *digest, size_t bytes, char *hex)
{
    unsigned char whole[DIGEST_SIZE];
    char all[DIGEST_HEX_SIZE];
    digest_end(digest, whole);
    digest_close(digest);
    digest_hex(whole, all);
    memcpy(hex, all, 2 * bytes);
    hex[2 * bytes] = '\0';
}

struct fingerprint_rule fingerprint_rule_of(const char *const *left_out, size_t n, const char *change)
{
    struct fingerprint_rule rule = {.left_out = left_out, .n = n};
    struct digest *digest = digest_open();
    add(digest, way);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(left_out[i - 1], left_out[i]) != 0)
            add(digest, left_out[i]);
    add(digest, ""); /* no key */
    add(digest, change ? change : "");
    end(digest, (FINGERPRINT_RULE_SIZE - 1) / 2, rule.digest);
    return rule;
}

void fingerprint_of_changed(const struct fingerprint_rule *rule, const struct record *record, char out[FINGERPRINT_SIZE])
{
    struct digest *digest = digest_open();
    size_t left_out = 0; /* both lists are sorted: its place only moves forward */
    for (size_t i = 0; i < record->labels_n; i++) {
        const struct label *label = &record->labels[i];
        int order = 1;
        while (left_out < rule->n && (order = strcmp(rule->left_out[left_out], label->key)) < 0)
            left_out++;
        bool counts = left_out == rule->n || order != 0;
        if (!counts || strcmp(label->value, "null") == 0)
            continue;
        add(digest, label->key);
        add(digest, label->value);
    }
    memcpy(out, rule->digest, FINGERPRINT_RULE_SIZE - 1);
    out[FINGERPRINT_RULE_SIZE - 1] = ':';
    end(digest, 16, out + FINGERPRINT_RULE_SIZE);
}

bool fingerprint_of(const struct fingerprint_rule *rule, const struct record *record, char out[FINGERPRINT_SIZE])
{
    struct arena scratch = {0};
    struct record changed = *record;
    bool is = !rule->change || rule->change(rule->context, &scratch, &changed);
    if (is)
        fingerprint_of_changed(rule, &changed, out);
    arena_close(&scratch);
    return is;
}
