/* history/folder/commit.h — many files of a folder that change together; for the folder's own files.
 *
 * New files are written to ".matbench-new/", made durable, and that directory is renamed to ".matbench-commit/": from there on
 * the change has happened, and what is left is moving. First the files named in ".matbench-commit/delete" (NUL after each)
 * go, then the others move into the folder, source.lts.yaml last, so that other programs do not take a new folder for a
 * history before it is whole. A killed writer's leavings: ".matbench-new/" is dropped, ".matbench-commit/" is finished by
 * the next writer; readers see through it (folder_commit_look).
 *
 * A writer holds the folder's exclusive lock. Everything happens below the open folder, and no link is followed.
 * Errors are ERR_STORE, without the folder's name.
 */
#ifndef HISTORY_FOLDER_COMMIT_H
#define HISTORY_FOLDER_COMMIT_H
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/root.h"

#define FOLDER_COMMIT ".matbench-commit"

struct folder_commit;

/* "x.json", not ".x.json": a name that the folder's payload files have. */
bool folder_is_payload_name(const char *name);

/* Finishes or drops what a killed writer left. `folder`: the open directory. */
bool folder_commit_recover(int folder, struct error *err);
/* After folder_commit_recover. */
struct folder_commit *folder_commit_open(int folder, struct error *err);
/* `name`: a payload name, or source.lts.yaml. */
bool folder_commit_add(struct folder_commit *commit, const char *name, const char *bytes, size_t len, struct error *err);
/* Whether a file of that name was added. */
bool folder_commit_has(const struct folder_commit *commit, const char *name);
void folder_commit_delete(struct folder_commit *commit, const char *name);
/* Both end and free it. When it fails before the change has happened, the folder is as it was. */
bool folder_commit_finish(struct folder_commit *commit, struct error *err);
void folder_commit_abort(struct folder_commit *commit);

/* What a reader has to know of a change that is not moved yet: sorted names. Both empty when there is none. */
struct folder_pending {
    struct root_names files, deleted;
};
bool folder_commit_look(const struct root *root, struct arena *arena, struct folder_pending *pending, struct error *err);
bool folder_names_have(const struct root_names *names, const char *name);

#endif
