#include "history/horreum/set_up.h"

#include <string.h>

#include "json/equal.h"
#include "lts/horreum_schema.h"

/* A setting up on its way. */
struct set_up {
    struct horreum *h;
    struct arena arena;
    const char *owner, *access;
    bool tester; /* we may change things of that team */
    bool mend;
    json_t *wanted; /* {"uri", "name", "schema", "labels"} as lts/horreum_schema.h */
    const char *uri;
    json_int_t id; /* of the schema; 0: there is none */
};

/* ---- whose it is ---- */

/* The one team whose tester we are, in the arena; NULL: none, or several: *n. */
static const char *only_team(struct horreum *h, struct arena *arena, size_t *n)
{
    static const char end[] = "-tester";
    const char *team = NULL;
    json_t *held;
    size_t i;
    *n = 0;
    json_array_foreach(h->roles, i, held) {
        const char *role = json_string_value(held);
        size_t len = role ? strlen(role) : 0, tail = sizeof(end) - 1;
        if (len <= tail || strcmp(role + len - tail, end) != 0)
            continue;
        ++*n;
        team = arena_printf(arena, "%.*s-team", (int)(len - tail), role);
    }
    return *n == 1 ? team : NULL;
}

static bool choose_owner(struct set_up *s, const char *owner, struct error *err)
{
    struct horreum *h = s->h;
    size_t teams;
    const char *only = only_team(h, &s->arena, &teams);
    s->owner = owner ? owner : h->owner ? h->owner : only;
    s->access = h->access ? h->access : "PUBLIC";
    s->tester = s->owner && horreum_has_role(h, s->owner, "tester");
    if (h->test_id && !s->mend)
        return true;
    if (s->tester)
        return true;
    const char *roles = horreum_roles_text(h, &s->arena), *missing = h->test_id ? "" : arena_printf(&s->arena, "there is no test '%s', and ", h->test);
    if (!s->owner && teams)
        return error_set(err, ERR_USAGE, "%s: %swhich team it is for is not known: `matbench history setup --horreum_owner=TEAM` says it (roles: %s)",
                         http_host(h->http), missing, roles);
    return error_set(err, ERR_REFUSED, "%s: %swho we are there may not make tests and schemas for %s: its role 'tester' is missing (roles: %s); someone "
                                       "who has it runs `matbench history setup`", http_host(h->http), missing, s->owner ? s->owner : "any team", roles);
}

/* ---- the test ---- */

static bool make_test(struct set_up *s, struct error *err)
{
    struct horreum *h = s->h;
    int status;
    const char *words;
    json_t *body = json_pack("{s:i s:s s:s s:s s:s s:i s:b}", "id", 0, "name", h->test, "owner", s->owner, "access", s->access, "description",
                             "Payloads of matbench: one run each", "datastoreId", 1, "notificationsEnabled", 0);
    struct horreum_change change = {.method = "POST", .path = "/api/test", .body = body, .wanted = 201};
    if (!horreum_change(h, &change, NULL, &status, &s->arena, &words, err) || !horreum_find_test(h, err))
        return false;
    if (!h->test_id) /* 409 would be another who was quicker */
        return error_set(err, ERR_STORE, "%s: test '%s' could not be made: %d %s", http_host(h->http), h->test, status, words);
    if (status == 201)
        history_add_finding(&h->history, "made the test '%s' of %s", h->test, s->owner);
    return true;
}

/* ---- the schema ---- */

static bool find_schema(struct set_up *s, struct error *err)
{
    json_t *id;
    if (!horreum_get(s->h, arena_printf(&s->arena, "/api/schema/idByUri/%s", http_encode(&s->arena, s->uri)), &id, err))
        return false;
    s->id = json_integer_value(id);
    json_decref(id);
    return true;
}

/* A schema of the workload whose name is all that is known: the last one of the server's list. */
static bool guess_uri(struct set_up *s, const char *workload, struct error *err)
{
    json_t *list, *one;
    size_t i, len;
    s->uri = horreum_default_uri(&s->arena, workload, NULL);
    len = strlen(s->uri);
    if (!horreum_get(s->h, "/api/schema/descriptors", &list, err))
        return false;
    json_array_foreach(list, i, one) {
        const char *uri = json_string_value(json_object_get(one, "uri"));
        json_int_t id = json_integer_value(json_object_get(one, "id"));
        if (uri && id > s->id && strncmp(uri, s->uri, len) == 0 && (uri[len] == '\0' || uri[len] == ':')) {
            s->uri = arena_strdup(&s->arena, uri);
            s->id = id;
        }
    }
    json_decref(list);
    return true;
}

/* What the server should have. Without a workload: labels that make history of payloads, and no JSON Schema. */
/* `workload`: NULL: the one at hand. */
static bool want(struct set_up *s, const char *workload, struct error *err)
{
    const struct workload *known = s->h->workload;
    if (known && workload && strcmp(known->name, workload) != 0)
        known = NULL; /* payloads of another one, from a file or the spool */
    if (known && !(s->wanted = horreum_schema(known, s->owner, err)))
        return false;
    if (s->wanted) {
        s->uri = json_string_value(json_object_get(s->wanted, "uri"));
        return find_schema(s, err);
    }
    if (!guess_uri(s, workload, err))
        return false;
    s->wanted = json_pack("{s:s s:s s:[o]}", "uri", s->uri, "name", workload, "labels", horreum_label(s->owner, s->access));
    return true;
}

static json_t *schema_body(struct set_up *s, const char *name)
{
    json_t *body = json_pack("{s:I s:s s:s s:s s:s s:s}", "id", s->id, "uri", s->uri, "name", name, "description", "LTS payloads of a matbench workload",
                             "owner", s->owner, "access", s->access);
    json_t *schema = json_object_get(s->wanted, "schema");
    if (schema)
        json_object_set(body, "schema", schema);
    return body;
}

/* A name can be taken by a schema of another URI, an URI by whoever was quicker. */
static bool make_schema(struct set_up *s, struct error *err)
{
    struct horreum *h = s->h;
    const char *name = json_string_value(json_object_get(s->wanted, "name")), *words = "";
    int status = 0;
    for (int i = 0; i < 2 && !s->id; i++) {
        struct horreum_change change = {.method = "POST", .path = "/api/schema", .body = schema_body(s, name), .wanted = 201};
        if (!horreum_change(h, &change, NULL, &status, &s->arena, &words, err) || !find_schema(s, err))
            return false;
        name = arena_printf(&s->arena, "%s (%s)", name, s->uri);
    }
    if (!s->id)
        return error_set(err, ERR_STORE, "%s: schema %s could not be made: %d %s", http_host(h->http), s->uri, status, words);
    if (status == 201)
        history_add_finding(&h->history, "made the schema %s of %s", s->uri, s->owner);
    return true;
}

static bool same(const json_t *a, const json_t *b)
{
    size_t steps = 0;
    return (!a || !b) ? a == b : json_values_equal(a, b, &steps);
}

static bool mend_schema(struct set_up *s, struct error *err)
{
    struct horreum *h = s->h;
    json_t *there;
    const json_t *schema = json_object_get(s->wanted, "schema");
    if (!schema)
        return true;
    if (!horreum_get(h, arena_printf(&s->arena, "/api/schema/%" JSON_INTEGER_FORMAT, s->id), &there, err))
        return false;
    bool equal = same(json_object_get(there, "schema"), schema), ok = true;
    const char *name = json_string_value(json_object_get(there, "name"));
    if (!equal) {
        json_t *body = schema_body(s, name ? name : json_string_value(json_object_get(s->wanted, "name")));
        struct horreum_change change = {.method = "PUT", .path = "/api/schema", .body = body, .wanted = 200};
        ok = horreum_change(h, &change, NULL, NULL, &s->arena, NULL, err);
        if (ok)
            history_add_finding(&h->history, "changed the JSON Schema of %s", s->uri);
    }
    json_decref(there);
    return ok;
}

/* ---- labels ---- */

static const json_t *find_label(const json_t *labels, const json_t *wanted)
{
    for (size_t i = 0; i < json_array_size(labels); i++)
        if (same(json_object_get(json_array_get(labels, i), "name"), json_object_get(wanted, "name")))
            return json_array_get(labels, i);
    return NULL;
}

/* The server gives them in any order. */
static bool same_extractors(const json_t *there, const json_t *wanted)
{
    static const char *const members[] = {"name", "jsonpath", "isarray"};
    size_t found = 0;
    for (size_t i = 0; i < json_array_size(wanted); i++) {
        for (size_t k = 0; k < json_array_size(there); k++) {
            size_t equal = 0;
            for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++)
                equal += same(json_object_get(json_array_get(there, k), members[m]), json_object_get(json_array_get(wanted, i), members[m]));
            found += equal == sizeof(members) / sizeof(members[0]);
        }
    }
    return found == json_array_size(wanted) && found == json_array_size(there);
}

static bool same_label(const json_t *there, const json_t *wanted)
{
    const json_t *function = json_object_get(there, "function");
    return same_extractors(json_object_get(there, "extractors"), json_object_get(wanted, "extractors")) &&
           same(json_object_get(there, "filtering"), json_object_get(wanted, "filtering")) &&
           same(json_object_get(there, "metrics"), json_object_get(wanted, "metrics")) &&
           (!function || json_is_null(function) || json_string_length(function) == 0);
}

/* Takes over `labels`. */
static bool send_labels(struct set_up *s, json_t *labels, bool changed, struct error *err)
{
    size_t n = json_array_size(labels);
    struct horreum_change change = {.method = changed ? "PUT" : "POST", .wanted = changed ? 200 : 201, .body = labels,
                                    .path = arena_printf(&s->arena, "/api/schema/%" JSON_INTEGER_FORMAT "/labels", s->id)};
    if (n == 0) {
        json_decref(labels);
        return true;
    }
    if (!horreum_change(s->h, &change, NULL, NULL, &s->arena, NULL, err))
        return false;
    history_add_finding(&s->h->history, "%s %zu label%s of %s", changed ? "changed" : "made", n, n == 1 ? "" : "s", s->uri);
    return true;
}

static bool set_labels(struct set_up *s, struct error *err)
{
    json_t *there, *wanted, *added = json_array(), *changed = json_array();
    size_t i;
    if (!horreum_get(s->h, arena_printf(&s->arena, "/api/schema/%" JSON_INTEGER_FORMAT "/labels", s->id), &there, err)) {
        json_decref(added);
        json_decref(changed);
        return false;
    }
    json_array_foreach(json_object_get(s->wanted, "labels"), i, wanted) {
        const json_t *label = find_label(there, wanted);
        json_int_t id = label ? json_integer_value(json_object_get(label, "id")) : -1;
        json_object_set_new(wanted, "id", json_integer(id));
        json_object_set_new(wanted, "schemaId", json_integer(s->id));
        if (!label)
            json_array_append(added, wanted);
        else if (s->mend && !same_label(label, wanted))
            json_array_append(changed, wanted);
    }
    json_decref(there);
    bool ok = s->tester || json_array_size(added) == 0;
    if (!ok)
        history_add_finding(&s->h->history, "%zu labels of %s are missing, and who we are there may not make them: someone with the role 'tester' of %s "
                                            "runs `matbench history setup`; until then history is read run by run", json_array_size(added), s->uri, s->owner);
    bool sent = send_labels(s, ok ? added : json_array(), false, err);
    if (!ok)
        json_decref(added);
    if (sent)
        return send_labels(s, changed, true, err);
    json_decref(changed);
    return false;
}

static bool set_schema(struct set_up *s, struct error *err)
{
    if (s->id)
        return (!s->mend || mend_schema(s, err)) && set_labels(s, err);
    if (s->tester)
        return make_schema(s, err) && set_labels(s, err);
    history_add_finding(&s->h->history, "there is no schema %s, and who we are there may not make it: someone with the role 'tester' of %s runs `matbench "
                                        "history setup`; until then history is read run by run", s->uri, s->owner);
    return true;
}

bool horreum_set_up(struct horreum *h, const char *workload, const char *owner, bool mend, const char **schema, struct error *err)
{
    struct set_up s = {.h = h, .mend = mend};
    bool ok = choose_owner(&s, owner, err) && (h->test_id || make_test(&s, err)) && want(&s, workload, err) && set_schema(&s, err);
    *schema = ok ? arena_strdup(&h->arena, s.uri) : NULL;
    json_decref(s.wanted);
    arena_close(&s.arena);
    return ok;
}
