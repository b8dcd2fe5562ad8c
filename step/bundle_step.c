#include "step/bundle_step.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/content.h"
#include "base/digest.h"
#include "base/encoder.h"
#include "base/output.h"
#include "base/packed.h"
#include "json/read.h"
#include "json/write.h"
#include "report/phrases.h"
#include "report/verdict_json.h"

enum { TEXT_MAX = 1 << 30, DIFFERENCES_SHOWN = 20, DEPTH_MAX = 64, VALUE_SHOWN = 80 };
static const uint64_t FILE_MAX = (uint64_t)1 << 30;
static const struct json_style compact = {.indent = -1};

/* ---- digests ---- */

static void take_digest(void *digest, const char *bytes, size_t n)
{
    digest_add(digest, bytes, n);
}

static void end_digest(struct digest *digest, char hex[DIGEST_HEX_SIZE])
{
    unsigned char bytes[DIGEST_SIZE];
    digest_end(digest, bytes);
    digest_hex(bytes, hex);
    digest_close(digest);
}

static void verdicts_digest(const struct analysis *analysis, char hex[DIGEST_HEX_SIZE])
{
    struct digest *digest = digest_open();
    verdict_json_stream(analysis, &(struct verdict_json_sink){take_digest, digest});
    end_digest(digest, hex);
}

static void inputs_digest(const struct bundle *bundle, char hex[DIGEST_HEX_SIZE])
{
    struct digest *digest = digest_open();
    bundle_stream(bundle, take_digest, digest);
    end_digest(digest, hex);
}

/* ---- writing ---- */

/* The file while it is written, piece by piece: a text of it would be the largest thing of all in memory. */
struct packing {
    struct output *out;
    struct encoder *encoder; /* of .gz; else NULL */
    struct text packed;      /* what it gave */
    bool zstd;               /* packed as a whole, at the end */
    struct text whole;
    uint64_t bytes;
    bool ok;
    struct error *err;
};

static bool has_suffix(const char *path, const char *suffix)
{
    size_t n = strlen(path), m = strlen(suffix);
    return n > m && strcmp(path + n - m, suffix) == 0;
}

static void take_gzip(struct packing *packing, const char *bytes, size_t n, bool last)
{
    text_clear(&packing->packed);
    encoder_add(packing->encoder, bytes, n, last, &packing->packed);
    packing->ok = packing->ok && output_write(packing->out, packing->packed.s, packing->packed.len, packing->err);
}

static void take_bytes(void *context, const char *bytes, size_t n)
{
    struct packing *packing = context;
    packing->bytes += n;
    if (!packing->ok || packing->bytes > FILE_MAX)
        return;
    if (packing->encoder)
        take_gzip(packing, bytes, n, false);
    else if (packing->zstd)
        text_addn(&packing->whole, bytes, n);
    else
        packing->ok = output_write(packing->out, bytes, n, packing->err);
}

static void end_zstd(struct packing *packing)
{
    size_t size;
    struct packer *packer = packer_open();
    const void *packed = packer_pack(packer, packing->whole.s, packing->whole.len, &size);
    packing->ok = packing->ok && output_write(packing->out, packed, size, packing->err);
    packer_close(packer);
}

static void take_head(struct packing *packing, const char *program, const char *workload, const struct bundle *bundle, const struct analysis *analysis)
{
    char inputs[DIGEST_HEX_SIZE], verdicts[DIGEST_HEX_SIZE];
    struct text head = text_open(TEXT_MAX);
    const struct {
        const char *name, *value;
    } members[] = {{"program", program}, {"workload", workload}, {"inputs_sha256", inputs}, {"verdicts_sha256", verdicts}};
    inputs_digest(bundle, inputs);
    verdicts_digest(analysis, verdicts);
    text_printf(&head, "{\"format\":%d,", (int)BUNDLE_FORMAT);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        text_printf(&head, "\"%s\":", members[i].name);
        json_write_string(&head, members[i].value, strlen(members[i].value), &compact);
        text_addc(&head, ',');
    }
    text_add(&head, "\"inputs\":");
    take_bytes(packing, head.s, head.len);
    text_close(&head);
}

static void take_all(struct packing *packing, const char *program, const char *workload, const struct bundle *bundle, const struct analysis *analysis)
{
    static const char between[] = ",\"verdicts\":", end[] = "}\n";
    take_head(packing, program, workload, bundle, analysis);
    bool whole = bundle_stream(bundle, take_bytes, packing);
    take_bytes(packing, between, strlen(between));
    whole &= verdict_json_stream(analysis, &(struct verdict_json_sink){take_bytes, packing});
    take_bytes(packing, end, strlen(end));
    if (!whole)
        packing->bytes = FILE_MAX + 1;
    if (packing->encoder)
        take_gzip(packing, "", 0, true);
    else if (packing->zstd)
        end_zstd(packing);
}

bool bundle_step_write(struct context *context, const char *path, const char *program, const char *workload, const struct bundle *bundle,
                       const struct analysis *analysis, struct error *err)
{
    struct packing packing = {.out = output_open(path, context->out_fd, err), .packed = text_open(TEXT_MAX), .zstd = has_suffix(path, ".zst"),
                              .whole = text_open(TEXT_MAX), .ok = true, .err = err};
    if (!packing.out)
        return false;
    packing.encoder = has_suffix(path, ".gz") ? encoder_open_gzip() : NULL;
    take_all(&packing, program, workload, bundle, analysis);
    if (packing.ok && packing.bytes > FILE_MAX)
        packing.ok = error_set(err, ERR_OUTPUT, "%s: larger than %d bytes: expected a shorter history (--history_since)", path, (int)TEXT_MAX);
    bool ok = output_end(packing.out, packing.ok, err);
    if (packing.encoder)
        encoder_close(packing.encoder);
    text_close(&packing.packed);
    text_close(&packing.whole);
    return ok;
}

/* ---- reading ---- */

static json_t *load(struct context *context, const char *path, struct error *err)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        error_set(err, ERR_ARTIFACT, "%s: %s", context_shown(context, path), strerror(errno));
        return NULL;
    }
    struct content *content = content_of_fd(fd, standard ? "standard input" : path, FILE_MAX);
    json_t *document = json_read_content(content, &(struct json_read_options){.file = standard ? "standard input" : path, .strict = true}, err);
    content_close(content);
    return document;
}

struct opened {
    struct bundle bundle;
    const char *program, *workload, *verdicts_sha256; /* as the file says it */
    const json_t *verdicts;
};

static bool is_untouched(const json_t *inputs, const char *sha256)
{
    struct text text = text_open(TEXT_MAX);
    char hex[DIGEST_HEX_SIZE];
    json_write(&text, inputs, &compact, 0);
    digest_sha256(text.s, text.len, hex);
    bool same = !text.over && sha256 && strcmp(hex, sha256) == 0;
    text_close(&text);
    return same;
}

static const char *member(const json_t *document, const char *name)
{
    return json_string_value(json_object_get(document, name));
}

static bool open_bundle(struct context *context, const json_t *document, const char *path, struct opened *opened, struct error *err)
{
    const json_t *format = json_object_get(document, "format"), *inputs = json_object_get(document, "inputs");
    *opened = (struct opened){.program = member(document, "program"), .workload = member(document, "workload"),
                              .verdicts_sha256 = member(document, "verdicts_sha256"), .verdicts = json_object_get(document, "verdicts")};
    if (!json_is_integer(format) || !inputs)
        return error_set(err, ERR_ARTIFACT, "%s: no bundle: expected an object with \"format\" and \"inputs\", as --bundle writes it", path);
    if (json_integer_value(format) != BUNDLE_FORMAT)
        return error_set(err, ERR_USAGE, "%s: a bundle of format %lld: this version reads format %d", path, (long long)json_integer_value(format),
                         (int)BUNDLE_FORMAT);
    if (!opened->program || !opened->workload || !opened->verdicts_sha256 || !json_is_object(opened->verdicts))
        return error_set(err, ERR_ARTIFACT, "%s: expected \"program\", \"workload\", \"verdicts_sha256\" and \"verdicts\"", path);
    if (!is_untouched(inputs, member(document, "inputs_sha256")))
        return error_set(err, ERR_ARTIFACT, "%s: its inputs are not those that it was written with: their SHA-256 is another than inputs_sha256", path);
    return bundle_read(context->arena, inputs, path, &opened->bundle, err);
}

/* ---- what differs ---- */

struct differing {
    struct context *context;
    size_t n;
};

static const char *shown(struct differing *d, const json_t *value)
{
    struct text text = text_open(64 << 20);
    if (value)
        json_write(&text, value, &compact, 0);
    char *copy = arena_strdup(d->context->arena, value ? text.s : "nothing");
    error_shorten(copy, VALUE_SHOWN);
    text_close(&text);
    return context_shown(d->context, copy);
}

static void tell(struct differing *d, const char *place, const json_t *then, const json_t *now)
{
    if (d->n++ < DIFFERENCES_SHOWN)
        fprintf(d->context->out, "  %s: then %s, now %s\n", context_shown(d->context, place), shown(d, then), shown(d, now));
}

/* A KPI is named, so that people need not count. */
static const char *place_of(struct differing *d, const char *place, const json_t *value, size_t i)
{
    const char *name = json_string_value(json_object_get(value, "name"));
    return name ? arena_printf(d->context->arena, "%s/%zu (%s)", place, i, name) : arena_printf(d->context->arena, "%s/%zu", place, i);
}

static void compare(struct differing *d, const char *place, const json_t *then, const json_t *now, int depth)
{
    const char *key;
    json_t *value;
    if (d->n > DIFFERENCES_SHOWN || json_equal((json_t *)(uintptr_t)then, (json_t *)(uintptr_t)now))
        return;
    if (depth < DEPTH_MAX && json_is_object(then) && json_is_object(now)) {
        json_object_foreach((json_t *)(uintptr_t)then, key, value)
            compare(d, arena_printf(d->context->arena, "%s/%s", place, key), value, json_object_get(now, key), depth + 1);
        json_object_foreach((json_t *)(uintptr_t)now, key, value)
            if (!json_object_get(then, key))
                tell(d, arena_printf(d->context->arena, "%s/%s", place, key), NULL, value);
    } else if (depth < DEPTH_MAX && json_is_array(then) && json_is_array(now) && json_array_size(then) == json_array_size(now)) {
        for (size_t i = 0; i < json_array_size(then); i++)
            compare(d, place_of(d, place, json_array_get(then, i), i), json_array_get(then, i), json_array_get(now, i), depth + 1);
    } else {
        tell(d, place, then, now);
    }
}

static void tell_differences(struct context *context, const struct opened *opened, const struct text *verdicts)
{
    struct differing d = {context, 0};
    struct error ignored = {0};
    json_t *now = json_read(verdicts->s, verdicts->len, &(struct json_read_options){.file = "verdicts", .strict = true}, &ignored);
    compare(&d, "", opened->verdicts, now, 0);
    if (d.n == 0)
        fprintf(context->out, "  their bytes, though not what they say: verdicts_sha256 is another\n");
    if (d.n > DIFFERENCES_SHOWN)
        fprintf(context->out, "  and more\n");
    json_decref(now);
}

static bool verdicts_agree(const struct opened *opened, const struct text *verdicts, const char *hex)
{
    struct error ignored = {0};
    json_t *now = json_read(verdicts->s, verdicts->len, &(struct json_read_options){.file = "verdicts", .strict = true}, &ignored);
    bool same = strcmp(hex, opened->verdicts_sha256) == 0 && json_equal((json_t *)(uintptr_t)opened->verdicts, now);
    json_decref(now);
    return same;
}

static int verify(struct context *context, const struct opened *opened, const char *path, const char *program)
{
    const struct bundle *b = &opened->bundle;
    struct analysis *analysis = analysis_run(context->arena, &b->options, b->entries, b->entries_n, b->history, b->history_n);
    struct text verdicts = text_open(TEXT_MAX);
    char hex[DIGEST_HEX_SIZE];
    analysis->history_records += b->elsewhere;
    analysis->tests = b->tests;
    analysis->without_payload = b->without_payload;
    verdict_json_render(&verdicts, analysis);
    digest_sha256(verdicts.s, verdicts.len, hex);
    bool same = verdicts_agree(opened, &verdicts, hex);
    fprintf(context->out, "%s: %s: %s %s\n", context_shown(context, path), same ? "the same verdicts" : "other verdicts",
            phrases_verdict(analysis, context->arena), context_shown(context, phrases_counts(analysis, context->arena)));
    fprintf(context->out, "workload %s; written by %s, verified by %s\n", context_shown(context, opened->workload),
            context_shown(context, opened->program), program);
    if (same)
        fprintf(context->out, "verdicts: SHA-256 %s\n", hex);
    else
        tell_differences(context, opened, &verdicts);
    text_close(&verdicts);
    return same ? 0 : 1;
}

int bundle_step_verify(struct context *context, const char *path, const char *program)
{
    struct error err = {0};
    struct opened opened;
    json_t *document = load(context, path, &err);
    path = strcmp(path, "-") == 0 ? "standard input" : path;
    bool ok = document && open_bundle(context, document, path, &opened, &err);
    int code = ok ? verify(context, &opened, path, program) : context_fail(context, &err);
    json_decref(document);
    return code;
}
