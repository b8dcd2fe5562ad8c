/* Both modes of config/yaml.h; what artifact mode takes is converted and dumped, and the dump has to read back as the
 * same JSON and dump as the same bytes. */
#include <assert.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "config/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_again(struct arena *arena, const struct text *dump, json_t *json)
{
    struct error err = {0};
    struct node *again = yaml_parse_artifact(arena, dump->s, dump->len, "dump", NULL, &err);
    if (!again) /* tuples have a tag that safe_load refuses, and a key of many line breaks may be too long for libyaml */
        return;
    struct text text = text_open(1u << 26);
    yaml_dump(&text, again);
    json_t *json_again = node_json(again, NULL);
    char *before = json_dumps(json, JSON_ENCODE_ANY), *after = json_dumps(json_again, JSON_ENCODE_ANY);
    assert(before && after && strcmp(before, after) == 0); /* json_equal does not know keys with NULs */
    free(before);
    free(after);
    assert(text.len == dump->len && memcmp(text.s, dump->s, text.len) == 0);
    json_decref(json_again);
    text_close(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct error err = {0};
    struct yaml_findings findings = {0};
    struct node *node = yaml_parse(&arena, (const char *)bytes, size, "strict", &err);
    if (node)
        json_decref(node_json(node, NULL));
    err = (struct error){0};
    node = yaml_parse_artifact(&arena, (const char *)bytes, size, "artifact", &findings, &err);
    assert(node || err.kind == ERR_ARTIFACT);
    if (node) {
        struct text dump = text_open(1u << 26);
        json_t *json = node_json(node, NULL);
        yaml_dump(&dump, node);
        if (!dump.over)
            check_again(&arena, &dump, json);
        text_close(&dump);
        json_decref(json);
    }
    arena_close(&arena);
    return 0;
}
