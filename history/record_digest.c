#include "history/record_digest.h"

#include <assert.h>
#include <string.h>

/* Least byte first, so that a file may move between machines. */
static void add_number(struct text *room, uint64_t number)
{
    char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (char)(number >> (8 * i) & 0xFF);
    text_addn(room, bytes, sizeof(bytes));
}

static void add_text(struct text *room, const char *text)
{
    size_t len = strlen(text);
    add_number(room, len);
    text_addn(room, text, len);
}

static void add_double(struct text *room, double value)
{
    uint64_t bits;
    double plain = value == 0 ? 0 : value;
    static_assert(sizeof(bits) == sizeof(plain), "a double has 64 bits");
    memcpy(&bits, &plain, sizeof(bits));
    add_number(room, bits);
}

void record_digest(struct digest *digest, struct text *room, const char *workload, const char *where,
                   const struct record *record, unsigned char out[DIGEST_SIZE])
{
    text_clear(room);
    add_text(room, workload);
    add_text(room, record->id);
    add_number(room, (uint64_t)record->start_us);
    add_text(room, where);
    add_number(room, record->labels_n);
    for (size_t i = 0; i < record->labels_n; i++) {
        add_text(room, record->labels[i].key);
        add_text(room, record->labels[i].value);
    }
    add_number(room, record->kpis_n);
    for (size_t i = 0; i < record->kpis_n; i++) {
        add_text(room, record->kpis[i].name);
        add_double(room, record->kpis[i].value);
    }
    for (size_t i = 0; i < record->kpis_n; i++) {
        if (*record_unit(record, i)) { /* so that records of histories that know no units keep their digests */
            add_number(room, i);
            add_text(room, record_unit(record, i));
        }
    }
    assert(!room->over);
    digest_add(digest, room->s, room->len);
    digest_end(digest, out);
}

void payload_digest(struct digest *digest, const char *id, const char *text, size_t text_len,
                    unsigned char out[DIGEST_SIZE])
{
    digest_add(digest, id, strlen(id) + 1);
    digest_add(digest, text, text_len);
    digest_end(digest, out);
}
