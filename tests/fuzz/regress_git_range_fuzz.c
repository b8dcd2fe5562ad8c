/* regress: whatever stands in labels, ranges and links are made of safe characters only. The input is cut at newlines: a key, two values,
 * the address of a repository. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "regress/causes/git_range.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_safe(const char *text)
{
    static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/:";
    assert(text[strspn(text, safe)] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    const char *parts[4] = {"", "", "", ""};
    char *text = arena_strndup(&arena, (const char *)bytes, size), *save = NULL;
    size_t n = 0;
    for (char *line = strtok_r(text, "\n", &save); line && n < 4; line = strtok_r(NULL, "\n", &save))
        parts[n++] = line;
    const char *commit = git_commit(parts[0], parts[1], &arena), *range = git_range(parts[0], parts[1], parts[2], &arena);
    const char *repository = git_repository(parts[3], &arena);
    if (commit)
        assert(strlen(commit) >= GIT_COMMIT_MIN && strlen(commit) <= GIT_COMMIT_MAX && strspn(commit, "0123456789abcdef") == strlen(commit));
    if (range) {
        check_safe(range);
        assert(strstr(range, "..") && strcmp(parts[1], parts[2]) != 0);
    }
    if (repository) {
        check_safe(repository);
        assert(strncmp(repository, "https://", 8) == 0 && !strstr(repository, "/../"));
    }
    if (range && repository)
        check_safe(git_link(repository, range, &arena));
    arena_close(&arena);
    return 0;
}
