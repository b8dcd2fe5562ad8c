/* Reads documents from standard input, each as "<bytes>\n" and that many bytes; writes for each
 * "<A> <bytes>\n" + text, where A is `error` and the text its message, or `json` and, after it, `dump` in the same form.
 * The other side is tests/yaml_differential.py. With an argument: times parsing and dumping that file instead. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "config/yaml.h"

static void answer(const char *what, const char *s, size_t len)
{
    printf("%s %zu\n", what, len);
    fwrite(s, 1, len, stdout);
}

static void take(struct arena *arena, const char *s, size_t len)
{
    struct error err = {0};
    struct yaml_findings findings = {0};
    struct node *node = yaml_parse_artifact(arena, s, len, NULL, &findings, &err);
    if (!node) {
        answer("error", err.text, strlen(err.text));
        return;
    }
    json_t *json = node_json(node, NULL);
    char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
    answer("json", text, strlen(text));
    free(text);
    json_decref(json);
    struct text dump = text_open(1u << 30);
    yaml_dump(&dump, node);
    answer("dump", dump.s, dump.len);
    text_close(&dump);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int time_file(const char *path)
{
    static char text[1 << 20];
    FILE *in = fopen(path, "rb");
    if (!in)
        return 1;
    size_t len = fread(text, 1, sizeof(text), in);
    fclose(in);
    double parse = 1e9, dump = 1e9;
    struct arena arena = {0};
    struct text out = text_open(1 << 24);
    for (int i = 0; i < 200; i++) {
        struct error err = {0};
        double start = now();
        struct node *node = yaml_parse_artifact(&arena, text, len, path, NULL, &err);
        double parsed = now();
        if (!node)
            return 1;
        text_clear(&out);
        yaml_dump(&out, node);
        double dumped = now();
        parse = parsed - start < parse ? parsed - start : parse;
        dump = dumped - parsed < dump ? dumped - parsed : dump;
        arena_clear(&arena);
    }
    printf("parse %.3f ms, dump %.3f ms\n", parse, dump);
    arena_close(&arena);
    text_close(&out);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return time_file(argv[1]);
    struct arena arena = {0};
    char line[32];
    while (fgets(line, sizeof(line), stdin)) {
        size_t len = strtoul(line, NULL, 10);
        char *s = malloc(len ? len : 1);
        if (fread(s, 1, len, stdin) != len)
            return 1;
        take(&arena, s, len);
        arena_clear(&arena);
        free(s);
    }
    arena_close(&arena);
    return 0;
}
