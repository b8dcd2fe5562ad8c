/* Any bytes as XML, and what is XML as JUnit and as Robot Framework's output: refused with a place, or values whose counts fit. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "store/junit.h"
#include "store/robot.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int depth_of(const struct xml_element *element)
{
    int deepest = 0;
    for (const struct xml_element *child = element->first; child; child = child->next) {
        assert(child->parent == element && child->line > 0 && child->col > 0);
        int depth = depth_of(child);
        deepest = depth > deepest ? depth : deepest;
    }
    assert(strlen(element->name) > 0 && element->text && (element->last == NULL) == (element->first == NULL));
    return deepest + 1;
}

static const struct xml_element *read_xml(struct arena *arena, const uint8_t *bytes, size_t size, struct xml_options options)
{
    struct error err = {0};
    size_t mended;
    options.file = "fuzz";
    const struct xml_element *root = xml_read(arena, (const char *)bytes, size, &options, &mended, &err);
    assert((root != NULL) == (err.kind == ERR_NONE));
    assert(root || (err.kind == ERR_ARTIFACT && strncmp(err.text, "fuzz:", 5) == 0));
    assert(!root || depth_of(root) <= XML_DEPTH_MAX);
    return root;
}

static void check_junit(struct arena *arena, const uint8_t *bytes, size_t size)
{
    struct error err = {0};
    struct junit_options options = {.file = "fuzz", .output = true};
    struct junit_difference difference;
    const struct xml_element *root = read_xml(arena, bytes, size, (struct xml_options){.keep = junit_keep, .context = &options});
    json_t *all = root ? junit_json(root, &options, &difference, &err) : NULL;
    assert(!root || (all != NULL) == (err.kind == ERR_NONE));
    if (all) {
        json_int_t tests = json_integer_value(json_object_get(all, "tests"));
        json_int_t others = json_integer_value(json_object_get(all, "failures")) + json_integer_value(json_object_get(all, "errors")) +
                            json_integer_value(json_object_get(all, "skipped"));
        assert(tests >= others && others >= 0);
    }
    json_decref(all);
}

static void check_robot(struct arena *arena, const uint8_t *bytes, size_t size)
{
    static const char *const keywords[] = {"*", NULL};
    struct error err = {0};
    struct robot_options options = {.file = "fuzz", .keywords = keywords, .messages = true};
    const struct xml_element *root = read_xml(arena, bytes, size, (struct xml_options){.keep = robot_keep, .context = &options});
    json_t *all = root ? robot_json(root, &options, &err) : NULL;
    assert(!root || (all != NULL) == (err.kind == ERR_NONE));
    assert(!all || json_integer_value(json_object_get(all, "tests")) >= json_integer_value(json_object_get(all, "failed")));
    json_decref(all);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    read_xml(&arena, bytes, size, (struct xml_options){0});
    check_junit(&arena, bytes, size);
    check_robot(&arena, bytes, size);
    arena_close(&arena);
    return 0;
}
