/* regress/causes/git_range.h — commits in label values, the range between two of them, and where people see it.
 *
 *     "0123abc…" (40 digits), "abc1234"      a commit; a short one needs a letter and a digit, or a key that speaks of commits
 *     "v1.2-13-gabc1234"                     git describe: abc1234
 *     "quay.io/o/image:main-abc1234"         an image's tag: its last word; also "1.4.0+abc1234" and "main@abc1234"
 *
 * Digests (64 digits), UUIDs, plain versions and numbers name no commit. Values come from payloads: anything may stand in them, and
 * nothing of them gets into a range or link but letters, digits, '.', '-', '_' and '/'.
 */
#ifndef REGRESS_CAUSES_GIT_RANGE_H
#define REGRESS_CAUSES_GIT_RANGE_H
#include <stdbool.h>

#include "base/arena.h"

enum { GIT_COMMIT_MIN = 7, GIT_COMMIT_MAX = 40 };

/* The commit that a label's value (a text, without quotes) names, or NULL. `key` is the label's. */
const char *git_commit(const char *key, const char *value, struct arena *arena);

/* "abc1234..def5678" when both values name commits, and not the same one, or one does by git describe and the other is the tag from which
 * it counts ("v1.2", "v1.2-13-gabc1234": "v1.2..abc1234"); else NULL. */
const char *git_range(const char *key, const char *before, const char *after, struct arena *arena);

/* "https://github.com/owner/name" when the value is the address of a repository there (a page of its tree or of a commit, a .git, an
 * ssh address), of GitHub or GitLab or a host with such a name; else NULL: a page of a CI run is no repository. */
const char *git_repository(const char *value, struct arena *arena);

/* The page that compares the two ends of a range of git_range in a repository of git_repository. */
const char *git_link(const char *repository, const char *range, struct arena *arena);

#endif
