/* Any bytes as a url file: refused with ERR_USAGE, or entries that stay below the results directory, whose settings render as
 * YAML that reads back and renders as the same bytes. The part after a NUL is the file listed as "more.yaml". */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/download_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static char folder[] = "/tmp/matbench-fuzz-XXXXXX";
static char urls[sizeof(folder) + 20], more[sizeof(folder) + 20];

static void remove_folder(void)
{
    unlink(urls);
    unlink(more);
    rmdir(folder);
}

static void make_folder(void)
{
    assert(mkdtemp(folder));
    snprintf(urls, sizeof(urls), "%s/urls.yaml", folder);
    snprintf(more, sizeof(more), "%s/more.yaml", folder);
    atexit(remove_folder);
}

static void put(const char *path, const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "w");
    assert(file && fwrite(bytes, 1, size, file) == size);
    fclose(file);
}

static void check_entry(struct arena *arena, const struct download_entry *entry)
{
    assert(entry->dest_dir[0] && entry->dest_dir[0] != '/' && entry->url.path[0] == '/' && !strchr(entry->url.url, '\n'));
    for (const char *p = entry->dest_dir; p; p = strchr(p, '/'), p = p ? p + 1 : NULL)
        assert(strncmp(p, "..", 2) != 0 || (p[2] && p[2] != '/'));
    struct text once = text_open(1u << 26), twice = text_open(1u << 26);
    struct error err = {0};
    download_settings_render(arena, &once, entry->settings);
    struct node *again = yaml_parse_artifact(arena, once.s, once.len, "settings", NULL, &err);
    if (again && again->kind == NODE_MAP && again->n) { /* a key of many line breaks may be too long for libyaml */
        download_settings_render(arena, &twice, again);
        assert(once.len == twice.len && memcmp(once.s, twice.s, once.len) == 0);
    }
    text_close(&once);
    text_close(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (!urls[0])
        make_folder();
    const uint8_t *nul = size ? memchr(bytes, 0, size) : NULL;
    size_t n = nul ? (size_t)(nul - bytes) : size;
    put(urls, bytes, n);
    put(more, nul ? nul + 1 : bytes, nul ? size - n - 1 : 0);
    struct arena arena = {0};
    struct error err = {0};
    struct download_list list;
    bool ok = download_list_load(&arena, urls, &list, &err);
    assert(ok ? list.n > 0 && !err.kind : err.kind == ERR_USAGE && err.text[0]);
    for (size_t i = 0; ok && i < list.n; i++)
        check_entry(&arena, &list.v[i]);
    arena_close(&arena);
    return 0;
}
