#include "history/folder/anchor.h"

#include <string.h>

#include "base/moment.h"
#include "config/yaml.h"
#include "json/write.h"

enum { NAME_PART_MAX = 120, ANCHOR_MAX = 1 << 20 };

static const char *member_text(const struct node *map, const char *key)
{
    const struct node *node = node_member(map, key);
    bool is_text = node && node->kind == NODE_STRING && node->string_len && strlen(node->string) == node->string_len;
    return is_text ? node->string : NULL;
}

bool folder_anchor_parse(struct arena *arena, const char *text, size_t len, struct folder_anchor *anchor, struct error *err)
{
    struct yaml_findings ignored = {0};
    const struct node *map = yaml_parse_artifact(arena, text, len, FOLDER_ANCHOR, &ignored, err);
    if (!map) {
        err->kind = ERR_STORE;
        return false;
    }
    if (map->kind != NODE_MAP)
        return error_at(err, ERR_STORE, (struct pos){.file = FOLDER_ANCHOR, .line = 1, .col = 1},
                        "found %s, expected a map with date, filters and index", node_kind_name(map->kind));
    *anchor = (struct folder_anchor){member_text(map, "index"), member_text(map, "workload")};
    return true;
}

/* By way of JSON, which is YAML too: what yaml_dump makes of its tree are Python's bytes. */
bool folder_anchor_render(struct text *out, int64_t date_us, const json_t *filters, const struct folder_anchor *anchor,
                          struct error *err)
{
    struct arena scratch = {0};
    struct text json = text_open(ANCHOR_MAX);
    struct yaml_findings ignored = {0};
    char date[MOMENT_TEXT_MAX];
    moment_utc_text((struct moment){.us = date_us}, date);
    json_t *document = json_pack("{s:s s:o s:s s:s*}", "date", date, "filters",
                                 json_object_size(filters) ? json_deep_copy(filters) : json_array(), "index",
                                 anchor->index, "workload", anchor->workload);
    json_write(&json, document, &(struct json_style){.indent = 0}, 0);
    json_decref(document);
    const struct node *node = json.over ? NULL : yaml_parse_artifact(&scratch, json.s, json.len, FOLDER_ANCHOR, &ignored, err);
    if (node) {
        yaml_dump(out, node);
        text_addc(out, '\n');
    }
    text_close(&json);
    arena_close(&scratch);
    return node || error_set(err, ERR_USAGE, "%s: its filters are larger than 1 MB", FOLDER_ANCHOR);
}

const char *folder_name_fault(const char *text)
{
    if (!text[0])
        return "it is empty";
    if (strlen(text) > NAME_PART_MAX)
        return "it is longer than 120 bytes";
    if (text[0] == '.')
        return "it begins with a dot, so that its files would be hidden";
    for (const char *c = text; *c; c++)
        if (*c == '/' || (unsigned char)*c < ' ' || *c == 0x7F)
            return *c == '/' ? "it has a '/'" : "it has a control character";
    return NULL;
}
