/* Any bytes as a url file: refused with ERR_USAGE, or entries that stay below the results directory, whose settings render as
 * YAML that reads back and renders as the same bytes. The part after a NUL is the file listed as "more.yaml". */
#include <string.h>

#include "store/download_list.h"
#include "tests/fuzz/folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

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
    const uint8_t *nul = size ? memchr(bytes, 0, size) : NULL;
    size_t n = nul ? (size_t)(nul - bytes) : size;
    folder_put("urls.yaml", bytes, n);
    folder_put("more.yaml", nul ? nul + 1 : bytes, nul ? size - n - 1 : 0);
    struct arena arena = {0};
    struct error err = {0};
    struct download_list list;
    bool ok = download_list_load(&arena, folder_path("urls.yaml"), &list, &err);
    assert(ok ? list.n > 0 && !err.kind : err.kind == ERR_USAGE && err.text[0]);
    for (size_t i = 0; ok && i < list.n; i++)
        check_entry(&arena, &list.v[i]);
    arena_close(&arena);
    return 0;
}
