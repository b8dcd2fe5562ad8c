#include "lts/horreum_schema.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lts/schema.h"

enum { NAME_MAX_BYTES = 4000, DEPTH_MAX = 300 };

/* ---- the JSON Schema ---- */

/* Where schemas stand in a schema: as the value, as its elements, as its members. */
static const struct {
    const char *keyword;
    bool within;
} places[] = {{"additionalProperties", false}, {"items", false}, {"anyOf", true}, {"properties", true}, {"patternProperties", true}, {"definitions", true}};

static void downgrade(json_t *schema, int depth);

static void downgrade_within(json_t *schemas, int depth)
{
    const char *key;
    json_t *value;
    size_t i;
    if (json_is_array(schemas))
        json_array_foreach(schemas, i, value)
            downgrade(value, depth);
    json_object_foreach(schemas, key, value)
        downgrade(value, depth);
}

/* In place: 2020-12 as draft-07. Beside a $ref that draft ignores everything: nothing but annotations stands there. */
static void downgrade(json_t *schema, int depth)
{
    static const char head[] = "#/$defs/";
    const char *pointer = json_string_value(json_object_get(schema, "$ref"));
    if (!json_is_object(schema))
        return;
    if (pointer) {
        json_t *moved = json_sprintf("#/definitions/%s", pointer + sizeof(head) - 1);
        json_object_clear(schema);
        json_object_set_new(schema, "$ref", moved);
        return;
    }
    for (size_t i = 0; depth < DEPTH_MAX && i < sizeof(places) / sizeof(places[0]); i++)
        (places[i].within ? downgrade_within : downgrade)(json_object_get(schema, places[i].keyword), depth + 1);
}

/* Takes over `schema`. */
static json_t *draft_07(json_t *schema, const char *uri)
{
    json_t *copy = json_deep_copy(schema), *definitions = json_incref(json_object_get(copy, "$defs"));
    json_decref(schema);
    json_object_del(copy, "$defs");
    json_object_set_new(copy, "$schema", json_string("http://json-schema.org/draft-07/schema#"));
    json_object_set_new(copy, "$id", json_string(uri));
    json_object_set_new(copy, "definitions", definitions);
    json_t *properties = json_object_get(copy, "properties");
    if (!json_object_get(properties, "$schema"))
        json_object_set_new(properties, "$schema", json_pack("{s:s}", "const", uri));
    downgrade(copy, 0);
    return copy;
}

/* ---- labels ---- */

/* PostgreSQL's path language, with the member quoted where it is no plain name. */
static void add_member(struct text *path, const char *name)
{
    size_t plain = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
    if (*name && !name[plain] && !isdigit((unsigned char)*name)) {
        text_printf(path, ".%s", name);
        return;
    }
    json_t *value = json_string(name);
    char *quoted = memory_need(json_dumps(value, JSON_ENCODE_ANY));
    text_printf(path, ".%s", quoted);
    free(quoted);
    json_decref(value);
}

static json_t *label(const char *name, const struct text *path, bool metric, const char *owner)
{
    return json_pack("{s:s s:[{s:s s:s s:b}] s:b s:b s:s s:s s:i}", "name", name, "extractors", "name", name, "jsonpath", path->s, "isarray", 0,
                     "filtering", !metric, "metrics", metric, "owner", owner, "access", "PUBLIC", "schemaId", 0);
}

/* `keyvalue()` is an error where there is no object, and one error takes all labels of a run with it. */
#define KPIS_WHERE(condition) "$.kpis ? (@.type() == \"object\").keyvalue() ? (" condition ")"
#define IS_NUMBER "@.value.value.type() == \"number\""
#define NUMBERS KPIS_WHERE(IS_NUMBER)
#define LISTS KPIS_WHERE("@.value.value.type() == \"array\"")
#define WITH_UNIT KPIS_WHERE(IS_NUMBER " && @.value.unit.type() == \"string\"")

const char horreum_label_name[] = "matbench";

json_t *horreum_label(const char *owner, const char *access)
{
    static const struct {
        const char *name, *path;
        bool array;
    } extractors[] = {
        {"id", "$.metadata.test_uuid", false},      {"start", "$.metadata.start", false}, {"status", "$.metadata.status", false},
        {"settings", "$.metadata.settings", false}, {"kpis", NUMBERS ".key", true},       {"values", NUMBERS ".value.value", true},
        {"measured", WITH_UNIT ".key", true},       {"units", WITH_UNIT ".value.unit", true},
        {"lists", LISTS ".key", true}, /* only their names: a page of labels is an answer in memory */
    };
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof(extractors) / sizeof(extractors[0]); i++)
        json_array_append_new(list, json_pack("{s:s s:s s:b}", "name", extractors[i].name, "jsonpath", extractors[i].path, "isarray",
                                              extractors[i].array));
    return json_pack("{s:s s:o s:b s:b s:s s:s s:i}", "name", horreum_label_name, "extractors", list, "filtering", 0, "metrics", 1, "owner",
                     owner, "access", access, "schemaId", 0);
}

static void add_settings(json_t *labels, const struct model *settings, const char *owner)
{
    for (size_t i = 0; settings && i < settings->fields_n; i++) {
        const char *name = settings->fields[i].document;
        struct text path = text_open(NAME_MAX_BYTES), shown = text_open(NAME_MAX_BYTES);
        text_add(&path, "$.metadata.settings");
        add_member(&path, name);
        text_printf(&shown, "%s%s", name, strcmp(name, horreum_label_name) == 0 ? " (setting)" : "");
        json_array_append_new(labels, label(shown.s, &path, false, owner));
        text_close(&path);
        text_close(&shown);
    }
}

static bool is_setting(const struct model *settings, const char *name)
{
    for (size_t i = 0; settings && i < settings->fields_n; i++)
        if (strcmp(settings->fields[i].document, name) == 0)
            return true;
    return false;
}

/* Names of labels are unique in a schema: a KPI called as a setting, or as the label of history, has its label called otherwise. */
static void add_kpis(json_t *labels, const struct workload *workload, const struct model *settings, const char *owner)
{
    for (size_t i = 0; i < workload->kpis_n; i++) {
        const char *name = workload->kpis[i].name;
        struct text path = text_open(NAME_MAX_BYTES), shown = text_open(NAME_MAX_BYTES);
        text_add(&path, "$.kpis");
        add_member(&path, name);
        text_add(&path, ".value");
        text_printf(&shown, "%s%s", name,
                    is_setting(settings, name) || strcmp(name, horreum_label_name) == 0 ? " (KPI)" : "");
        json_array_append_new(labels, label(shown.s, &path, true, owner));
        text_close(&path);
        text_close(&shown);
    }
}

/* ---- the whole ---- */

static void add_uri_part(struct text *uri, const char *part)
{
    text_addc(uri, ':');
    for (; *part; part++)
        text_addc(uri, isalnum((unsigned char)*part) || strchr("-._", *part) ? *part : '-');
}

static void add_default_uri(struct text *uri, const char *name, const char *version)
{
    text_add(uri, "urn:matbench");
    add_uri_part(uri, name);
    if (version)
        add_uri_part(uri, version);
}

static void uri_of(struct text *uri, const struct workload *workload)
{
    const struct model *payload = models_find(&workload->models, "Payload");
    for (size_t i = 0; payload && i < payload->fields_n; i++) {
        const char *given = json_string_value(payload->fields[i].fallback);
        if (strcmp(payload->fields[i].document, "$schema") == 0 && given) {
            text_add(uri, given);
            return;
        }
    }
    add_default_uri(uri, workload->name, workload->schema_version);
}

const char *horreum_default_uri(struct arena *arena, const char *name, const char *version)
{
    struct text uri = text_open(NAME_MAX_BYTES);
    add_default_uri(&uri, name, version);
    const char *copy = arena_strdup(arena, uri.s);
    text_close(&uri);
    return copy;
}

json_t *horreum_schema(const struct workload *workload, const char *owner, struct error *err)
{
    const struct type named = {.kind = TYPE_NAME, .name = "Settings"};
    json_t *schema = lts_schema(workload, err), *labels = json_array(), *whole = NULL;
    struct text uri = text_open(NAME_MAX_BYTES);
    if (schema) {
        const struct model *settings = models_of(&workload->models, &named);
        const char *version = workload->schema_version ? workload->schema_version : "";
        uri_of(&uri, workload);
        json_array_append_new(labels, horreum_label(owner, "PUBLIC"));
        add_settings(labels, settings, owner);
        add_kpis(labels, workload, settings, owner);
        whole = json_pack("{s:s s:o s:s s:s s:s s:o s:O s:[]}", "uri", uri.s, "name", json_sprintf("%s%s%s", workload->name, version[0] ? " " : "", version),
                          "description", "LTS payloads of a matbench workload", "owner", owner, "access", "PUBLIC", "schema",
                          draft_07(schema, uri.s), "labels", labels, "transformers");
    }
    text_close(&uri);
    json_decref(labels);
    return whole;
}
