/* config/servers.h — which servers are known, with login and TLS (docs/servers.md).
 *
 * Where a server is described, the first that names its origin (scheme, host, port):
 *   - the credentials file: a YAML list, readable by its owner only
 *         - {url: https://search.example.org:9200, username: ci, password_file: pw, ca_file: ca.pem}
 *     one login of: username and password | password_file; api_key | api_key_file; bearer | bearer_file; aws: {region, service,
 *     access_key, secret_key, session_token} (the keys, when they are not there, from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
 *     AWS_SESSION_TOKEN); and ca_file, client_certificate, client_key, pinned_key, insecure. Files are relative to it.
 *   - variables with the prefix "opensearch" or "horreum", from env files and the environment: opensearch_host and _port, or
 *     opensearch_url, and the same names behind the prefix: opensearch_username, opensearch_aws_region, …
 *
 * Whom a login is for: the origin that is named beside it, in the same file. A login from the environment is for the host of the
 * variables, wherever that is named. Another host gets none, and its 401 says whose there are. The settings of TLS (but the client's certificate) of the variables hold for
 * every server of that prefix which the credentials file does not name. */
#ifndef CONFIG_SERVERS_H
#define CONFIG_SERVERS_H
#include "config/envfiles.h"
#include "config/instances.h"
#include "net/server.h"

struct servers; /* immutable once loaded; may be shared by threads */

struct servers_sources {
    const struct variables *variables;
    const char *credentials; /* the file, or NULL */
    /* The option --opensearch_ca_file and the like, which win over variables: name without dashes → value or NULL; may be NULL */
    const char *(*option)(const void *context, const char *name);
    const void *option_context;
};

/* ERR_USAGE: the credentials file cannot be read, others can read it, or it is wrong; no message quotes what stands in it. */
struct servers *servers_load(struct arena *arena, const struct servers_sources *sources, struct error *err);
/* A server that a file of instances names (ci): https unless its host says http://, with user and password; TLS as the variables have it.
 * Returns its URL. */
const char *servers_add_instance(struct servers *servers, const struct instance *instance, struct error *err);

/* The server of "https://HOST[:PORT][/PREFIX]", with the login that is known for it, or none. `prefix`: "opensearch", "horreum": whose
 * variables are asked. It lives as long as the servers. NULL servers know nothing. ERR_USAGE: a bad URL, or what is known cannot be
 * used (two logins, a file that others can read). */
const struct server *servers_find(const struct servers *servers, struct arena *arena, const char *prefix, const char *url, struct error *err);

/* "https://HOST:PORT" of <prefix>_url, or of <prefix>_host and _port; NULL: not there, or with *err set wrong. Always https, as the
 * Python tool; a host that says so itself may be http ("http://localhost", for tests). */
const char *servers_url(const struct variables *variables, struct arena *arena, const char *prefix, struct error *err);

#endif
