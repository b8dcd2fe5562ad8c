/* json/format_kinds.h — the tests of single formats, for the table in json/format.c. */
#ifndef JSON_FORMAT_KINDS_H
#define JSON_FORMAT_KINDS_H
#include <stdbool.h>
#include <stddef.h>

struct format_tools;

/* format_time.c */
bool format_date_time(const char *s, size_t len, struct format_tools *tools);
bool format_date(const char *s, size_t len, struct format_tools *tools);
bool format_time(const char *s, size_t len, struct format_tools *tools);
bool format_duration(const char *s, size_t len, struct format_tools *tools);

/* format_host.c */
bool format_hostname(const char *s, size_t len, struct format_tools *tools);
bool format_idn_hostname(const char *s, size_t len, struct format_tools *tools);
bool format_email(const char *s, size_t len, struct format_tools *tools);
bool format_idn_email(const char *s, size_t len, struct format_tools *tools);

/* format_idn.c */
struct format_idn; /* patterns of RFC 5892 and 5893, compiled */
/* *idn is made at the first use. Whether a label, UTF-8, is one that IDNA 2008 permits; *right becomes true when it holds
 * letters that are written from the right. */
bool format_idn_label(struct format_idn **idn, const char *s, size_t len, bool *right);
/* Whether a label may stand beside one that is written from the right (RFC 5893). */
bool format_idn_beside_right(struct format_idn **idn, const char *s, size_t len);
void format_idn_close(struct format_idn *idn);
/* RFC 3492: what follows "xn--" as UTF-8 in `out` (room for FORMAT_LABEL_MAX bytes); 0 when it is broken, or not as encoding the
 * result gives it. */
enum { FORMAT_LABEL_MAX = 512 };
size_t format_idn_decode(const char *s, size_t len, char *out);
/* The length of the label's form without "xn--"; 0 when it is too long. */
size_t format_idn_encoded(const char *s, size_t len);

/* format.c */
struct format_idn **format_tools_idn(struct format_tools *tools);

#endif
