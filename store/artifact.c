#include "store/artifact.h"

#include <fnmatch.h>
#include <string.h>

#include "base/decoder.h"
#include "store/parsing.h"

/* The path of an artifact from the results root. */
static const char *from_root(struct parsing *parsing, const char *path)
{
    return arena_join(parsing->arena, parsing->test->relative, path);
}

const char *artifact_candidate(struct arena *arena, const char *path, size_t i)
{
    if (i == 0)
        return path;
    if (decoder_of_name(path) || !decoders[i - 1])
        return NULL;
    return arena_printf(arena, "%s%s", path, decoders[i - 1]->suffix);
}

bool artifact_matches(const char *pattern, const char *path, struct arena *arena)
{
    const struct decoder *decoder = decoder_of_name(path);
    if (fnmatch(pattern, path, 0) == 0)
        return true;
    return decoder && fnmatch(pattern, arena_strndup(arena, path, strlen(path) - strlen(decoder->suffix)), 0) == 0;
}

/* ---- files that parsing needs must be listed, or a download would not bring them ---- */

static bool is_important(struct parsing *parsing, const char *name, const char *path)
{
    const char *const *pattern = parsing->options->workload->important_files;
    if (!pattern || !*pattern)
        return true;
    for (; *pattern; pattern++) {
        const char *resolved;
        struct error ignored = {0};
        if (strcmp(*pattern, name) == 0 || (parsing_resolve(parsing, *pattern, &resolved, &ignored) && resolved &&
                                            artifact_matches(resolved, path, parsing->arena)))
            return true;
    }
    return false;
}

static void note_unlisted(struct parsing *parsing, const char *name, const char *path)
{
    if (touched_find(&parsing->unlisted, path) != TOUCHED_NONE)
        return;
    if (is_important(parsing, name, path))
        return;
    touched_add(parsing->arena, &parsing->unlisted, path);
    parsing_note(parsing, FINDING_WARNING, path, "read, but not among the workload's important_files");
}

/* ---- opening ---- */

static enum root_found refused(struct parsing *parsing)
{
    recording_refuse(&parsing->recording, "an artifact may not be read");
    return ROOT_REFUSED;
}

static struct cached_file *find_read(const struct parsing *parsing, const char *path)
{
    size_t place = touched_find(&parsing->read_paths, path);
    return place != TOUCHED_NONE ? &parsing->read.v[place] : NULL;
}

bool parsing_has_read(const struct parsing *parsing, const char *path)
{
    return find_read(parsing, path) != NULL;
}

/* One candidate. What is in memory is not opened again. */
static enum root_found open_one(struct parsing *parsing, const char *path, struct artifact *artifact, struct error *err)
{
    const struct cached_file *known = find_read(parsing, path);
    artifact->path = path;
    artifact->is_new = !known;
    if (known && known->bytes) {
        artifact->content = content_of_text(known->bytes, known->len, path);
        return ROOT_FOUND;
    }
    if (!known && parsing->read_size > ARTIFACTS_MAX) {
        error_at(err, ERR_ARTIFACT, (struct pos){.file = path}, "more than 2 GB of artifacts were read");
        return refused(parsing);
    }
    uint64_t max = artifact->in_passing ? ARTIFACT_MAX : ARTIFACT_WHOLE_MAX;
    enum root_found found = content_open(parsing->options->root, from_root(parsing, path), max, &artifact->content, &artifact->st, err);
    if (found == ROOT_REFUSED)
        return refused(parsing);
    if (found == ROOT_ABSENT)
        recording_add(parsing->arena, &parsing->recording, OBSERVED_ABSENT, path);
    else if (parsing->recording.on && (artifact->in_passing || decoder_of_name(path)))
        content_want_digest(artifact->content); /* else the bytes stay and are digested when that is wanted */
    return found;
}

static enum root_found open_candidates(struct parsing *parsing, const char *path, struct artifact *artifact, struct error *err)
{
    enum root_found found = ROOT_ABSENT;
    const char *one;
    for (size_t i = 0; found == ROOT_ABSENT && (one = artifact_candidate(parsing->arena, path, i)); i++)
        found = open_one(parsing, one, artifact, err);
    if (found == ROOT_ABSENT)
        artifact->path = path;
    return found;
}

/* Says what is missing; keeps what the current value comes from. */
static enum root_found open_named(struct parsing *parsing, const char *name, struct artifact *artifact, struct error *err)
{
    const char *path;
    if (!parsing_resolve(parsing, name, &path, err))
        return ROOT_REFUSED;
    artifact->path = path ? path : name;
    enum root_found found = path ? open_candidates(parsing, path, artifact, err) : ROOT_ABSENT;
    parsing_add_provenance(parsing, artifact->path);
    if (found == ROOT_FOUND && artifact->is_new)
        note_unlisted(parsing, name, artifact->path);
    if (found == ROOT_ABSENT && parsing_add_fault(parsing, artifact->path, FAULT_ABSENT))
        parsing_note(parsing, FINDING_LACK, artifact->path, path ? "not found" : "not found: its directory is not there");
    return found;
}

enum root_found artifact_open(struct parsing *parsing, const char *name, struct artifact *artifact, struct error *err)
{
    *artifact = (struct artifact){.in_passing = true};
    return open_named(parsing, name, artifact, err);
}

/* ---- closing ---- */

static void record(struct parsing *parsing, const struct artifact *artifact)
{
    unsigned char digest[DIGEST_SIZE];
    uint64_t size;
    struct error ignored = {0};
    if (content_digest(artifact->content, digest, &size, &ignored))
        recording_add_digested(parsing->arena, &parsing->recording, artifact->path, &artifact->st, size, digest);
    else
        refused(parsing);
}

void artifact_add_read(struct parsing *parsing, const char *path, size_t size)
{
    parsing->read_size += size;
    if (touched_add(parsing->arena, &parsing->read_paths, path))
        *LIST_ADD(parsing->arena, &parsing->read) = (struct cached_file){path, NULL, size};
}

void artifact_close(struct parsing *parsing, struct artifact *artifact)
{
    if (!artifact->content)
        return;
    if (parsing->recording.on && content_has_digest(artifact->content))
        record(parsing, artifact);
    if (artifact->is_new) {
        size_t given = (size_t)content_given(artifact->content);
        artifact_add_read(parsing, artifact->path, given);
    }
    content_close(artifact->content);
    artifact->content = NULL;
}

/* ---- the whole of a file ---- */

/* From an artifact that was just opened into the test's memory. */
static bool keep_all(struct parsing *parsing, struct artifact *artifact, const char **bytes, size_t *len, struct error *err)
{
    bool ok = content_read_all(artifact->content, parsing->arena, bytes, len, err);
    if (ok && parsing->recording.on && !content_has_digest(artifact->content))
        recording_add_file(parsing->arena, &parsing->recording, artifact->path, &artifact->st, *bytes, *len);
    artifact_close(parsing, artifact);
    if (ok)
        *find_read(parsing, artifact->path) = (struct cached_file){artifact->path, *bytes, *len};
    else
        refused(parsing);
    return ok;
}

enum root_found parsing_read(struct parsing *parsing, const char *name, const char **bytes, size_t *len, const char **path,
                             struct error *err)
{
    struct artifact artifact = {0};
    enum root_found found = open_named(parsing, name, &artifact, err);
    *path = artifact.path;
    if (found != ROOT_FOUND)
        return found;
    const char *text = content_text(artifact.content, len);
    if (!text)
        return keep_all(parsing, &artifact, bytes, len, err) ? ROOT_FOUND : ROOT_REFUSED;
    *bytes = text;
    artifact_close(parsing, &artifact);
    return ROOT_FOUND;
}

bool parsing_exists(struct parsing *parsing, const char *name, bool *exists, struct error *err)
{
    const char *path, *one;
    *exists = false;
    if (!parsing_resolve(parsing, name, &path, err))
        return false;
    for (size_t i = 0; path && !*exists && (one = artifact_candidate(parsing->arena, path, i)); i++) {
        *exists = root_kind(parsing->options->root, from_root(parsing, one)) != 0;
        recording_add(parsing->arena, &parsing->recording, *exists ? OBSERVED_THERE : OBSERVED_NOTHING, one);
        trace_asked(parsing_trace(parsing), one);
    }
    return true;
}
