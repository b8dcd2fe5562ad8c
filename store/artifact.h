/* store/artifact.h — the files of the test that is being parsed, as parsers read them. Inside store/ only.
 *
 * A name is a path below the test's directory, with ${DIRS}. What is compressed (.gz, .xz, .zst) is read decompressed. Where a file is
 * not there but its name with .gz, .xz or .zst behind it is, that one is read in its place, in this order: `pod.log.gz` for `pod.log`;
 * the path that is told, for provenance and messages, is then the real one.
 * What was looked at is recorded for the parse cache, the real file's digest among it.
 */
#ifndef STORE_ARTIFACT_H
#define STORE_ARTIFACT_H
#include "base/content.h"
#include "store/recording.h"

enum {
    ARTIFACT_MAX = 1 << 30,         /* bytes of one that is read in passing */
    ARTIFACT_WHOLE_MAX = 256 << 20  /* of one that is kept in memory */
};
static const size_t ARTIFACTS_MAX = (size_t)2 << 30; /* bytes of one test's artifacts that are read, each counted once */

struct parsing;

/* An artifact that is read in one pass and not kept: for what may be large.
 *
 *     struct artifact artifact;
 *     enum root_found found = artifact_open(parsing, name, &artifact, err);
 *     if (found == ROOT_FOUND) {
 *         … window_open(artifact.content, …) …
 *         artifact_close(parsing, &artifact);
 *     }
 */
struct artifact {
    struct content *content;
    const char *path; /* relative to the test's directory, the real one */
    /* artifact.c only */
    struct stat st;
    bool is_new, in_passing;
};

/* Absent: a finding is added, ROOT_ABSENT; artifact->path says what was looked for. Refused: *err is set. The name is kept as
 * provenance. */
enum root_found artifact_open(struct parsing *parsing, const char *name, struct artifact *artifact, struct error *err);
/* Whether or not all was read. */
void artifact_close(struct parsing *parsing, struct artifact *artifact);

/* Counts a file as read, without its bytes: it is read again when they are asked for. */
void artifact_add_read(struct parsing *parsing, const char *path, size_t size);

/* The i-th file that may stand for `path`: itself, then its compressed forms; NULL behind the last one. */
const char *artifact_candidate(struct arena *arena, const char *path, size_t i);
/* Whether a pattern of important_files means the file at `path`, or what it holds compressed. */
bool artifact_matches(const char *pattern, const char *path, struct arena *arena);

/* All of it (ARTIFACT_WHOLE_MAX at most) in the test's memory, NUL-terminated; read once however often it is named. */
enum root_found parsing_read(struct parsing *parsing, const char *name, const char **bytes, size_t *len, const char **path,
                             struct error *err);
/* Whether the file, or a compressed one in its place, is there. */
bool parsing_exists(struct parsing *parsing, const char *name, bool *exists, struct error *err);

#endif
