/* store/download_list.h — a url file: what to download, where it goes, and settings that the tests get on top.
 *
 *     download:
 *     - url: file:///mnt/ci/run-7
 *       dest_dir: expe/run-7              # below the results directory
 *       settings: {cluster: a}            # of every test in it; may be left out
 *     - files: [more.yaml]                # lists of such entries, beside this file or below its folder
 *
 * Read strictly: unknown and duplicate keys, other types, a dest_dir that leaves the results directory or is given twice, a list
 * that leaves the folder, more than DOWNLOAD_ENTRIES_MAX entries are refused with file:line:col (ERR_USAGE). The key
 * `visualize` beside `download` is left alone: a preset's file says both. The values of settings are what PyYAML would read.
 */
#ifndef STORE_DOWNLOAD_LIST_H
#define STORE_DOWNLOAD_LIST_H
#include "config/yaml.h"
#include "store/fetch.h"

enum { DOWNLOAD_ENTRIES_MAX = 10000, DOWNLOAD_LISTS_MAX = 1000 };

struct download_entry {
    struct fetch_url url;
    const char *dest_dir;       /* relative, without "." and ".."; "." for the results directory itself */
    const struct node *settings; /* a map of PyYAML's values; NULL: none, or an empty one */
    struct pos at;              /* of the url; no file when the entry does not come from one */
};

struct download_list {
    struct download_entry *v;
    size_t n, cap;
};

bool download_list_load(struct arena *arena, const char *file, struct download_list *list, struct error *err);

/* The list of one entry that --url means: dest_dir "expe/from_url", no settings. */
bool download_list_of_url(struct arena *arena, const char *url, struct download_list *list, struct error *err);

/* The bytes of PyYAML's yaml.dump(settings, indent=4): keys sorted; "{}\n" for none. Gives what settings.from_url_file.yaml holds. */
void download_settings_render(struct arena *arena, struct text *out, const struct node *settings);

#endif
