/* history/opensearch/document.h — a payload as a document of an index. Inside history/ only. */
#ifndef HISTORY_OPENSEARCH_DOCUMENT_H
#define HISTORY_OPENSEARCH_DOCUMENT_H
#include "base/digest.h"
#include "base/text.h"
#include "history/history.h"

#define OPENSEARCH_DIGEST_LISTS "+lists"
enum { OPENSEARCH_DIGEST_SIZE = DIGEST_HEX_SIZE - 1 + sizeof(OPENSEARCH_DIGEST_LISTS) };
/* Of the payload's id and text, and whether its record keeps anything of lists: `matbench.digest`. */
void opensearch_digest(const struct history_payload *payload, char out[OPENSEARCH_DIGEST_SIZE]);
/* Appends the document on one line, without a newline at its end: the payload's own text, and with `workload` `matbench` as its last member
 * (history/opensearch/opensearch.h); `fingerprint` may be NULL. */
void opensearch_document(struct text *out, const struct history_payload *payload, const char *workload, const char *digest,
                         const char *fingerprint);
/* Appends a label's text, as opensearch_label gives it. */
void opensearch_label_add(struct text *out, const struct label *label);

#endif
