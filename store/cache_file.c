#include "store/cache_file.h"

#include <string.h>

#include "store/parsing.h"

enum { HEAD_SIZE = 8 + 4 + DIGEST_SIZE, FIXED_SIZE = 8, ROOM_FIRST = 100 * 1000 /* one step instead of a dozen */ };

static const char magic[8] = "mbcache\n";

/* ---- writing ---- */

static bool fits(const struct cache_content *content)
{
    size_t longest = content->unlisted.n;
    const size_t others[] = {content->dirs_n, content->seen_n, content->findings.n, content->faults_n, content->values_n};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        longest = others[i] > longest ? others[i] : longest;
    for (size_t i = 0; i < content->dirs_n; i++)
        longest = content->dirs[i].n > longest ? content->dirs[i].n : longest;
    for (size_t i = 0; i < content->values_n; i++)
        longest = content->values[i].files.n > longest ? content->values[i].files.n : longest;
    return longest <= CACHE_LIST_MAX;
}

static void write_digest(struct text *out, const unsigned char *digest)
{
    text_addn(out, (const char *)digest, DIGEST_SIZE);
}

static void write_paths(struct text *out, const struct cached_paths *paths)
{
    pack_number(out, paths->n);
    for (size_t i = 0; i < paths->n; i++)
        pack_text(out, paths->v[i]);
}

static void write_key(struct text *out, const struct cache_key *key)
{
    write_digest(out, key->build);
    write_digest(out, key->workload);
    pack_number(out, key->used);
    write_digest(out, key->used_digest);
}

static void write_seen(struct text *out, const struct cache_content *content, struct digest *digest)
{
    pack_number(out, content->seen_n);
    for (size_t i = 0; i < content->seen_n; i++) {
        struct observation *one = &content->seen[i];
        pack_number(out, one->kind);
        pack_text(out, one->path);
        if (one->kind == OBSERVED_GLOB)
            write_digest(out, one->digest);
        if (one->kind != OBSERVED_READ)
            continue;
        if (one->bytes) {
            digest_add(digest, one->bytes, (size_t)one->size);
            digest_end(digest, one->digest);
            one->bytes = NULL;
        }
        pack_fixed(out, one->size);
        pack_fixed(out, one->inode);
        pack_fixed(out, (uint64_t)one->mtime);
        pack_fixed(out, (uint64_t)one->ctime);
        write_digest(out, one->digest);
    }
}

static void write_said(struct text *out, const struct cache_content *content)
{
    pack_number(out, content->broken);
    pack_number(out, content->findings.n);
    for (size_t i = 0; i < content->findings.n; i++) {
        pack_number(out, content->findings.v[i].level);
        pack_text(out, content->findings.v[i].text);
    }
    pack_number(out, content->faults_n);
    for (size_t i = 0; i < content->faults_n; i++) {
        pack_number(out, content->faults[i].absent);
        pack_text(out, content->faults[i].file);
    }
    write_paths(out, &content->unlisted);
}

/* The length stands before the bytes, in a place of its own, so that a value can be passed over. */
static bool write_value(struct text *out, const struct cached_value *value)
{
    pack_text(out, value->name);
    write_paths(out, &value->files);
    size_t at = out->len;
    pack_fixed(out, value->len);
    if (!value->value) {
        text_addn(out, (const char *)value->bytes, value->len);
        return true;
    }
    if (!pack_value(out, value->value) || out->over)
        return false;
    struct text length = text_open(FIXED_SIZE);
    pack_fixed(&length, out->len - at - FIXED_SIZE);
    memcpy(out->s + at, length.s, FIXED_SIZE);
    text_close(&length);
    return true;
}

bool cache_file_write(struct text *out, const struct cache_content *content)
{
    static const unsigned char later[DIGEST_SIZE];
    if (!fits(content))
        return false;
    struct digest *digest = digest_open();
    bool ok = true;
    text_room(out, ROOM_FIRST);
    text_addn(out, magic, sizeof(magic));
    for (int shift = 0; shift < 32; shift += 8)
        text_addc(out, (char)(CACHE_FORMAT >> shift & 0xFF));
    write_digest(out, later);
    write_key(out, &content->key);
    pack_fixed(out, (uint64_t)content->started);
    pack_number(out, content->dirs_n);
    for (size_t i = 0; i < content->dirs_n; i++)
        write_paths(out, &content->dirs[i]);
    write_seen(out, content, digest);
    write_said(out, content);
    pack_number(out, content->values_n);
    for (size_t i = 0; ok && i < content->values_n; i++)
        ok = write_value(out, &content->values[i]);
    ok = ok && !out->over;
    if (ok) {
        digest_add(digest, out->s + HEAD_SIZE, out->len - HEAD_SIZE);
        digest_end(digest, (unsigned char *)out->s + HEAD_SIZE - DIGEST_SIZE);
    }
    digest_close(digest);
    return ok;
}

/* ---- reading ---- */

static void read_digest(struct unpack *in, unsigned char *digest)
{
    const unsigned char *bytes = unpack_bytes(in, DIGEST_SIZE);
    if (bytes)
        memcpy(digest, bytes, DIGEST_SIZE);
}

/* A list is made before its members are seen, so its length must be believable. */
static size_t read_count(struct unpack *in, size_t least)
{
    size_t n = unpack_count(in, least);
    in->bad |= n > CACHE_LIST_MAX;
    return in->bad ? 0 : n;
}

static struct cached_paths read_paths(struct arena *arena, struct unpack *in)
{
    size_t n = read_count(in, 2);
    const char **paths = ARENA_ARRAY(arena, const char *, n + 1);
    for (size_t i = 0; i < n && !in->bad; i++)
        paths[i] = unpack_text(in);
    return (struct cached_paths){paths, n};
}

static void read_key(struct unpack *in, struct cache_key *key)
{
    read_digest(in, key->build);
    read_digest(in, key->workload);
    uint64_t used = unpack_number(in);
    in->bad |= (used & ~(uint64_t)USED_ALL) != 0;
    key->used = (unsigned)(used & USED_ALL);
    read_digest(in, key->used_digest);
}

static void read_seen(struct arena *arena, struct unpack *in, struct cache_content *content)
{
    content->seen_n = read_count(in, 3);
    content->seen = ARENA_ARRAY(arena, struct observation, content->seen_n);
    for (size_t i = 0; i < content->seen_n && !in->bad; i++) {
        struct observation *one = &content->seen[i];
        uint64_t kind = unpack_number(in);
        in->bad |= kind > OBSERVED_GLOB;
        one->kind = (enum observed)kind;
        one->path = unpack_text(in);
        if (!in->bad && one->kind == OBSERVED_GLOB)
            read_digest(in, one->digest);
        if (in->bad || one->kind != OBSERVED_READ)
            continue;
        one->size = unpack_fixed(in);
        one->inode = unpack_fixed(in);
        one->mtime = (int64_t)unpack_fixed(in);
        one->ctime = (int64_t)unpack_fixed(in);
        read_digest(in, one->digest);
    }
}

static void read_said(struct arena *arena, struct unpack *in, struct cache_content *content)
{
    content->broken = unpack_number(in) != 0;
    size_t n = read_count(in, 3);
    content->findings = (struct findings){.v = ARENA_ARRAY(arena, struct finding, n), .n = n, .cap = n};
    for (size_t i = 0; i < n && !in->bad; i++) {
        uint64_t level = unpack_number(in);
        in->bad |= level > FINDING_BROKEN;
        content->findings.v[i] = (struct finding){(enum finding_level)level, unpack_text(in)};
    }
    content->faults_n = read_count(in, 3);
    content->faults = ARENA_ARRAY(arena, struct cached_fault, content->faults_n);
    for (size_t i = 0; i < content->faults_n && !in->bad; i++) {
        bool absent = unpack_number(in) != 0;
        content->faults[i] = (struct cached_fault){unpack_text(in), absent};
    }
    content->unlisted = read_paths(arena, in);
}

static void read_values(struct arena *arena, struct unpack *in, struct cache_content *content)
{
    content->values_n = read_count(in, 2 + 1 + FIXED_SIZE);
    content->values = ARENA_ARRAY(arena, struct cached_value, content->values_n);
    for (size_t i = 0; i < content->values_n && !in->bad; i++) {
        struct cached_value *value = &content->values[i];
        value->name = unpack_text(in);
        value->files = read_paths(arena, in);
        uint64_t len = unpack_fixed(in);
        in->bad |= len > (uint64_t)(in->end - in->at);
        value->len = in->bad ? 0 : (size_t)len;
        value->bytes = unpack_bytes(in, value->len);
    }
}

bool cache_file_is_ours(const char *bytes, size_t len)
{
    return memcmp(bytes, magic, len < sizeof(magic) ? len : sizeof(magic)) == 0;
}

static bool digest_fits(const char *bytes, size_t len)
{
    unsigned char found[DIGEST_SIZE];
    struct digest *digest = digest_open();
    digest_add(digest, bytes + HEAD_SIZE, len - HEAD_SIZE);
    digest_end(digest, found);
    digest_close(digest);
    return memcmp(found, bytes + HEAD_SIZE - DIGEST_SIZE, DIGEST_SIZE) == 0;
}

enum cache_fault cache_file_read(struct arena *arena, const char *bytes, size_t len, struct cache_content *content)
{
    *content = (struct cache_content){0};
    uint32_t format = 0;
    if (!cache_file_is_ours(bytes, len))
        return CACHE_FOREIGN;
    if (len < HEAD_SIZE)
        return CACHE_TORN;
    for (size_t i = 0; i < 4; i++)
        format |= (uint32_t)(unsigned char)bytes[sizeof(magic) + i] << 8 * i;
    if (format != CACHE_FORMAT)
        return CACHE_FORMATTED;
    if (!digest_fits(bytes, len))
        return CACHE_TORN;
    struct unpack in = {.at = (const unsigned char *)bytes + HEAD_SIZE, .end = (const unsigned char *)bytes + len};
    read_key(&in, &content->key);
    content->started = (int64_t)unpack_fixed(&in);
    content->dirs_n = read_count(&in, 1);
    content->dirs = ARENA_ARRAY(arena, struct cached_paths, content->dirs_n);
    for (size_t i = 0; i < content->dirs_n && !in.bad; i++)
        content->dirs[i] = read_paths(arena, &in);
    read_seen(arena, &in, content);
    read_said(arena, &in, content);
    read_values(arena, &in, content);
    return in.bad || in.at != in.end ? CACHE_BROKEN : CACHE_GOOD;
}
