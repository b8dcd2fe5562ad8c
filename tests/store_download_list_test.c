/* store/download_list.h and the urls of store/fetch.h: what is taken, and what is refused with its place. */
#include <string.h>
#include <unistd.h>

#include "store/download_list.h"
#include "tests/check.h"
#include "tests/store_bench.h"

#define E "download:\n- url: file:///s\n"

/* The files: F/urls.yaml, F/more.yaml, F/sub/other.yaml, F/leaves.yaml (a link to ../outside.yaml); `text` is F/urls.yaml. */
static const struct {
    const char *text;
    const char *more;   /* F/more.yaml */
    const char *wanted; /* "url dest_dir settings", one a line; or "!" and the error after the folder */
} rows[] = {
    {E "  dest_dir: a\n", "", "file:///s a {}"},
    {E "  dest_dir: ./a//b/.\n  settings: {}\n", "", "file:///s a/b {}"},
    {E "  dest_dir: .\n  settings:\n", "", "file:///s . {}"},
    {E "  dest_dir: a\n  settings: {b: yes, a: 0777, 'c': 'yes', l: [{z: 1, y: 2}], t: 12:30:00}\n", "",
     "file:///s a a: 511|b: true|c: 'yes'|l:|-   y: 2|    z: 1|t: 45000|"},
    {"visualize: [{id: x}]\n" E "  dest_dir: a\n", "", "file:///s a {}"},
    {E "  dest_dir: a\n- url: /plain\n  dest_dir: b\n", "", "file:///s a {}\n/plain b {}"},
    {"download: [{files: [more.yaml]}]\n", "- {url: /x, dest_dir: x}\n- {url: /y, dest_dir: y}\n", "/x x {}\n/y y {}"},
    {"download: [{files: [./more.yaml, sub/other.yaml]}]\n", "- {url: /x, dest_dir: x}\n", "/x x {}\n/other other {}"},
    {"download: [{files: [more.yaml]}]\n", "[]", "!urls.yaml:1:11: download: found no entry, expected one at least"},
    /* shapes */
    {"", "", "!urls.yaml: expected a map with a list `download`"},
    {"[]", "", "!urls.yaml: expected a map with a list `download`"},
    {"downloads: []", "", "!urls.yaml: expected a map with a list `download`"},
    {"download: []\nurl: x\n", "", "!urls.yaml:2:1: a url file: unknown key 'url'"},
    {"download: {}", "", "!urls.yaml:1:11: download: found a mapping, expected a list of entries"},
    {"download: [x]", "", "!urls.yaml:1:12: an entry of download: found a string, expected a map with url and dest_dir"},
    {"download: [{}]", "", "!urls.yaml:1:12: an entry of download: expected the keys url and dest_dir, or files; 'url' is missing"},
    {E, "", "!urls.yaml:2:3: an entry of download: expected the keys url and dest_dir, or files; 'dest_dir' is missing"},
    {E "  dest_dri: a\n", "", "!urls.yaml:3:3: an entry of download: unknown key 'dest_dri'; did you mean 'dest_dir'?"},
    {E "  dest_dir: a\n  dest_dir: b\n", "", "!urls.yaml:4:3: *"},
    {E "  dest_dir: 7\n", "", "!urls.yaml:3:13: dest_dir: found an integer, expected a text"},
    {E "  dest_dir: [a]\n", "", "!urls.yaml:3:13: dest_dir: found a list, expected a text"},
    {E "  dest_dir: \"a\\0b\"\n", "", "!urls.yaml:3:13: dest_dir: found a string, expected a text"},
    {E "  dest_dir: a\n  settings: [1]\n", "", "!urls.yaml:4:13: settings: found a list, expected a map"},
    {"download: [{url: [x], dest_dir: a}]", "", "!urls.yaml:1:18: url: found a list, expected a text"},
    {"download: [{url: !!python/object:os.system x, dest_dir: a}]", "", "!urls.yaml:1:18: *"},
    {"download: &a [*a]", "", "!urls.yaml:1:15: *"},
    {"download: [\n", "", "!urls.yaml:2:1: *"},
    /* places */
    {E "  dest_dir: ../x\n", "", "!urls.yaml:3:13: dest_dir: found '../x', expected a path below the results directory, without '..' and of at most 1000 bytes"},
    {E "  dest_dir: a/../../x\n", "", "!urls.yaml:3:13: dest_dir: found 'a/../../x', *"},
    {E "  dest_dir: /etc\n", "", "!urls.yaml:3:13: dest_dir: found '/etc', *"},
    {E "  dest_dir: ''\n", "", "!urls.yaml:3:13: dest_dir: found a string, expected a text"},
    {E "  dest_dir: a\n- url: /y\n  dest_dir: ./a/\n", "", "!urls.yaml:5:13: dest_dir: 'a' is also that of the entry at FOLDER/urls.yaml:2"},
    /* lists of files */
    {"download: [{files: more.yaml}]", "", "!urls.yaml:1:20: files: found a string, expected a list of files"},
    {"download: [{files: [{}]}]", "", "!urls.yaml:1:21: files: found a mapping, expected the name of a file"},
    {"download: [{files: [more.yaml], url: x}]", "", "!urls.yaml:1:33: an entry with files: unknown key 'url'"},
    {"download: [{files: [../outside.yaml]}]", "", "!urls.yaml:1:21: files: found '../outside.yaml', expected a file beside this one or below its folder, *"},
    {"download: [{files: [/etc/passwd]}]", "", "!urls.yaml:1:21: files: found '/etc/passwd', *"},
    {"download: [{files: [leaves.yaml]}]", "", "!urls.yaml:1:21: files: FOLDER/leaves.yaml: a link that leaves the folder of the url file, or that cannot be followed"},
    {"download: [{files: [absent.yaml]}]", "", "!urls.yaml:1:21: files: FOLDER/absent.yaml: no such file"},
    {"download: [{files: [sub]}]", "", "!urls.yaml:1:21: files: FOLDER/sub: expected a regular file"},
    {"download: [{files: [more.yaml]}]", "{url: x}", "!more.yaml:1:1: a list of downloads: found a mapping, expected a list of entries"},
    {"download: [{files: [more.yaml]}]", "- {files: [urls.yaml]}", "!more.yaml:1:3: files: a listed file cannot list further ones"},
    {"download: [{files: [more.yaml]}]", "- {url: 'http://h/x', dest_dir: a}", "!more.yaml:1:9: url: http://…: this version cannot fetch from the network yet; file:// works"},
};

static const struct {
    const char *text, *url, *path;
    bool had_credentials;
    const char *error;
} urls[] = {
    {"/a/b", "/a/b", "/a/b", false, ""},
    {"/a b@c:d%20", "/a b@c:d%20", "/a b@c:d%20", false, ""},
    {"file:///a/b", "file:///a/b", "/a/b", false, ""},
    {"FILE:///a", "file:///a", "/a", false, ""},
    {"file:/a", "file:/" "/" "/a", "/a", false, ""},
    {"file://localhost/a", "file:///a", "/a", false, ""},
    {"file:///a%20b%25", "file:///a%20b%25", "/a b%", false, ""},
    {"file:///x@y/z", "file:///x@y/z", "/x@y/z", false, ""},
    {"file://me:secret@/a", "file:///a", "/a", true, ""},
    {"file://me@localhost/a", "file:///a", "/a", true, ""},
    {"file://me:secret@host/a", NULL, NULL, false, "file://HOST/… names another machine; expected file:///absolute/directory"},
    {"file://me:sec/ret@/a", NULL, NULL, false, "file://HOST/… names another machine; expected file:///absolute/directory"},
    {"file://host", NULL, NULL, false, "file://HOST/… names another machine; expected file:///absolute/directory"},
    {"file://", NULL, NULL, false, "expected file:///absolute/directory"},
    {"file:a", NULL, NULL, false, "expected file:///absolute/directory"},
    {"file:///a?b", NULL, NULL, false, "*query*"},
    {"file:///a#b", NULL, NULL, false, "*fragment*"},
    {"file:///a%2", NULL, NULL, false, "*%25*"},
    {"file:///a%00", NULL, NULL, false, "*NUL*"},
    {"file:///a\nb", NULL, NULL, false, "*control*"},
    {"https://me:secret@h/x?token=secret", NULL, NULL, false, "https://…: this version cannot fetch from the network yet; file:// works"},
    {"s3://b/k", NULL, NULL, false, "s3://…: this version cannot fetch from the network yet; file:// works"},
    {"me:secret@h:/x", NULL, NULL, false, "expected file:///absolute/directory, or an absolute path"},
    {"a/b", NULL, NULL, false, "expected file:///absolute/directory, or an absolute path"},
    {"", NULL, NULL, false, "expected file:///absolute/directory, or an absolute path"},
};

/* "*" at the end of `wanted` stands for anything. */
static bool begins_as(const char *got, const char *wanted)
{
    size_t n = strlen(wanted);
    return n && wanted[n - 1] == '*' ? strncmp(got, wanted, n - 1) == 0 : strcmp(got, wanted) == 0;
}

static const char *list_text(struct arena *arena, const struct download_list *list)
{
    const char *all = "";
    for (size_t i = 0; i < list->n; i++) {
        struct text out = text_open(1 << 20);
        download_settings_render(arena, &out, list->v[i].settings);
        char *settings = arena_strdup(arena, out.s);
        for (char *p = settings; list->v[i].settings && (p = strchr(p, '\n')); p++)
            *p = '|';
        all = arena_printf(arena, "%s%s%s %s %s", all, i ? "\n" : "", list->v[i].url.url, list->v[i].dest_dir,
                           list->v[i].settings ? settings : "{}");
        CHECK(list->v[i].settings || strcmp(settings, "{}\n") == 0, "no settings are {}");
        text_close(&out);
    }
    return all;
}

/* The error without the folder where it begins, and with FOLDER for it elsewhere. */
static const char *error_text(struct arena *arena, const char *folder, const char *text)
{
    size_t n = strlen(folder);
    const char *rest = strncmp(text, folder, n) == 0 && text[n] == '/' ? text + n + 1 : text, *again = strstr(rest, folder);
    return again ? arena_printf(arena, "!%.*sFOLDER%s", (int)(again - rest), rest, again + n) : arena_printf(arena, "!%s", rest);
}

static void check_lists(void)
{
    struct scratch scratch;
    scratch_open(&scratch);
    put(&scratch, "outside.yaml", "- {url: /outside, dest_dir: outside}\n");
    put(&scratch, "F/sub/other.yaml", "- {url: /other, dest_dir: other}\n");
    CHECK(symlink("../outside.yaml", scratch_path(&scratch, "F/leaves.yaml")) == 0, "link");
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        struct error err = {0};
        struct download_list list;
        put(&scratch, "F/urls.yaml", rows[i].text);
        put(&scratch, "F/more.yaml", rows[i].more);
        bool ok = download_list_load(&arena, scratch_path(&scratch, "F/urls.yaml"), &list, &err);
        const char *got = ok ? list_text(&arena, &list) : error_text(&arena, scratch_path(&scratch, "F"), err.text);
        if (!ok && strncmp(got, "!urls.yaml:1:21: files: more.yaml", 20) == 0 && rows[i].wanted[1] == 'm')
            got = arena_printf(&arena, "!%s", strstr(got, "more.yaml"));
        CHECK(ok == (err.kind == 0) && (ok || err.kind == ERR_USAGE), "%s: %d", rows[i].text, (int)err.kind);
        CHECK(begins_as(got, rows[i].wanted), "row %zu\n got %s\n not %s", i, got, rows[i].wanted);
        arena_close(&arena);
    }
    /* the url file itself may be a link to anywhere */
    struct arena arena = {0};
    struct error err = {0};
    struct download_list list;
    put(&scratch, "outside.yaml", E "  dest_dir: a\n");
    CHECK(download_list_load(&arena, scratch_path(&scratch, "F/leaves.yaml"), &list, &err) && list.n == 1, "%s", err.text);
    CHECK(!download_list_load(&arena, scratch_path(&scratch, "F/none.yaml"), &list, &err) && err.kind == ERR_USAGE, "%s", err.text);
    err = (struct error){0};
    CHECK(!download_list_load(&arena, scratch_path(&scratch, "none/urls.yaml"), &list, &err) && err.kind == ERR_USAGE, "%s", err.text);
    arena_close(&arena);
    scratch_close(&scratch);
}

static void check_urls(void)
{
    for (size_t i = 0; i < ROWS(urls); i++) {
        struct arena arena = {0};
        struct error err = {0};
        struct fetch_url url;
        bool ok = fetch_url_parse(&arena, urls[i].text, &url, &err);
        CHECK(ok == (urls[i].url != NULL), "%s: %s", urls[i].text, err.text);
        CHECK(!strstr(err.text, "secret") && !strstr(err.text, "me:"), "%s", err.text);
        if (ok)
            CHECK(strcmp(url.url, urls[i].url) == 0 && strcmp(url.path, urls[i].path) == 0 && url.had_credentials == urls[i].had_credentials,
                  "%s: %s, %s", urls[i].text, url.url, url.path);
        else if (urls[i].error[0] == '*')
            CHECK(err.kind == ERR_USAGE && strstr(err.text, arena_strndup(&arena, urls[i].error + 1, strlen(urls[i].error) - 2)), "%s: %s", urls[i].text, err.text);
        else
            CHECK(err.kind == ERR_USAGE && strcmp(err.text, urls[i].error) == 0, "%s: %s", urls[i].text, err.text);
        arena_close(&arena);
    }
}

int main(void)
{
    check_lists();
    check_urls();
    return check_end();
}
