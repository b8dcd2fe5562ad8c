/* json/format.h — the values of "format" that a schema may assert.
 *
 *   date-time date time           RFC 3339; second 60 only where a leap second can be (23:59:60 UTC)
 *   duration                      RFC 3339, appendix A: P3DT4H, PT36H, P2W
 *   email idn-email               RFC 5321 Mailbox, RFC 6531
 *   hostname idn-hostname         RFC 1123; labels with "xn--", and all of the latter: RFC 5890 to 5893
 *   ipv4 ipv6                     RFC 2673, RFC 4291
 *   uri uri-reference iri iri-reference   RFC 3986, RFC 3987
 *   uri-template                  RFC 6570
 *   uuid                          RFC 9562, any version; "uuid4" (our own) is version 4
 *   json-pointer relative-json-pointer    RFC 6901, draft-bhutton-relative-json-pointer
 *   regex                         ECMA-262 (json/ecma.h)
 */
#ifndef JSON_FORMAT_H
#define JSON_FORMAT_H
#include <stdbool.h>
#include <stddef.h>

struct format_tools; /* what some formats need, made when it is needed; of one thread */
struct format_tools *format_tools_open(void);
void format_tools_close(struct format_tools *tools);

struct format {
    const char *name;
    bool (*accepts)(const char *s, size_t len, struct format_tools *tools);
    const char *expected; /* in words */
};

/* NULL for any other name. */
const struct format *format_find(const char *name);

#endif
