/* history/spool/file.h — a file of the spool: payloads on their way to one history, a JSON document per line.
 *
 *     {"matbench_spool": 1, "history": "opensearch+https://search.example.org/lts", "workload": "fine_tuning", "written": "2025-06-01T…Z"}
 *     {"id": "0ed75135-…", "where": "results/000__job", "bytes": 3021, "sha256": "9f86d0…"}
 *     {"metadata": …}                         the payload, to the byte as it will be sent; the two lines repeat
 *     {"payloads": 1, "sha256": "2c26b4…"}    of everything above
 *
 * The first line of an upload that stores a document for each KPI, too, has "by_kpi": true. A payload that a server refused has a "why" in its first line. `sed -n 3p FILE | tr -d '\n' | sha256sum` is a payload's digest.
 * Nothing of a file is believed until all of it has been read and every digest is right.
 */
#ifndef HISTORY_SPOOL_FILE_H
#define HISTORY_SPOOL_FILE_H
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"

enum {
    SPOOL_FORMAT = 1,
    SPOOL_PAYLOAD_MAX = 256 << 20,
    SPOOL_FILE_MAX = 1 << 30 /* a larger file is none of ours */
};

struct spool_head {
    const char *history;  /* URI */
    const char *workload;
    const char *written;  /* "2025-06-01T08:00:00Z", for people only: no clock orders anything */
    bool by_kpi;          /* with a document for each KPI, as its upload was asked to (history_set_by_kpi) */
};

/* ---- writing ---- */

struct spool_writer;

/* Writes to the open, empty file; it stays the caller's. */
struct spool_writer *spool_writer_open(int fd, const struct spool_head *head);
/* Buffered; a failure shows here or at the end. `why`: of a refused payload, or NULL. ERR_OUTPUT "<errno's words>". */
bool spool_writer_add(struct spool_writer *writer, const char *id, const char *where, const char *why, const char *text, size_t len,
                      struct error *err);
/* How many bytes the file has so far, what is buffered counted. */
uint64_t spool_writer_bytes(const struct spool_writer *writer);
/* Writes the last line when `whole`, and frees the writer. */
bool spool_writer_close(struct spool_writer *writer, bool whole, struct error *err);

/* ---- reading ---- */

struct spool_item {
    const char *id, *where;
    const char *why; /* why it was refused, or NULL */
    uint64_t at;     /* the payload's first byte in the file */
    size_t len;
    char sha256[DIGEST_HEX_SIZE];
};

struct spool_file {
    struct spool_head head;
    struct spool_item *items;
    size_t n;
    uint64_t bytes;
    bool other; /* it is for another history than the one asked for: only its head was read */
    bool newer; /* it cannot be read because a newer matbench wrote it */
};

/* Reads the whole file and checks it; *file lives in `arena`, without the payloads' texts. `history`: the only one that is of interest,
 * or NULL. ERR_STORE "line 7: …": torn, damaged, or no file of the spool. */
bool spool_file_read(int fd, const char *history, struct arena *arena, struct spool_file *file, struct error *err);
/* The payload's text in `arena`, NUL-terminated, checked once more: the file may have changed. ERR_STORE. */
const char *spool_file_payload(int fd, const struct spool_item *item, struct arena *arena, struct error *err);

#endif
